"""Words of everyday reasons, by topic: what breaks at home, how people travel, small ailments, weather, school, work, errands, animals.

Beside a wish about a visit they are no sign of anything. Left out on purpose, however ordinary: what can be a means or a place (bottle,
rope, roof, window, river, bridge, keys), leaving and ending (over, end, gone, away), and feelings.
"""

from hsched_core.replies.rules import words

EVERYDAY = words(
    """
    pipe pipes burst leak leaking leaked plumbing faucet toilet sink drain clogged furnace boiler heater ac washer dryer laundry oven stove
    microwave vacuum carpet ceiling fence yard lawn garden garage driveway mailbox sprinkler electrician contractor technician handyman
    inspector inspection installer installation cable router electricity outage generator breaker garbage trash furniture couch mattress
    boxes box apartment condo lease rent landlady tenant tenants neighbors keysafe ladder paint painting painters cleaning cleaned cleaner
    ferry boat trolley tram shuttle carpool scooter bicycle moped motorcycle van pickup trailer taxi cab driver drivers license plates
    registration mileage engine radiator alternator clutch windshield pothole potholes detour lane lanes ramp tunnel toll crossing railroad
    station stop stops platform gate terminal layover delays fender bender jack spare dealership dealer oil rotation
    hail windy wind fog foggy sleet slush blizzard thunder lightning drizzle humid muggy sunny temperature degrees shovel shoveling plow
    plowed salt flooding puddle mud muddy branch branches
    cold colds allergy sneeze sore stuffy runny congestion congested chills achy aches sprain sprained twisted bruised knees elbow shoulder
    toe thumb finger braces retainer filling cavity crown molar gums glasses lenses contacts eyelid pink eye hives poison ivy sunburn
    splinter stitches cast crutches xray physical therapist podiatrist dermatologist optometrist ophthalmologist pediatrician chiropractor
    checkup colonoscopy mammogram ultrasound vaccine shot booster labs bloodwork
    preschool kindergarten elementary middle grade grader homework spelling bee field semester campus lecture professor classes tutoring
    tutor report cards conferences orientation enrollment dorm roommate scholarship application essay assembly pageant rehearsal recital
    choir orchestra swim swimming ballet karate gymnastics volleyball lacrosse hockey tennis scouts tryouts tournament league coach trophy
    toddler twins infant newborn stroller carseat diaper diapers nap naps crib potty
    warehouse factory restaurant store retail register cashier manager supervisor payroll inventory audit quarter quarterly clients
    customers customer presentation review reviews deadline overtime double coverage cover covering short staffed staffing coworkers
    trainee onboarding orientation commute commuting remote hybrid travel business conference seminar workshop certification uniform
    swapped swap swapping bumped schedule scheduling calendar planner reminder agenda slot waitlist availability opening flexible
    nuera yerno libreta cheers twins sit combine route skiing ski demora main break open bow transmission wheelchair shoes shoe
    workbook worksheet zapatos zapato cuaderno ejercicios arroz horno wheel goma sabanas guagua sibling law landed
    errand errands grocery groceries supermarket costco walmart target pharmacy post mail package parcel delivery fedex ups bank atm
    notary dmv courthouse clerk permit jury selection summons library gym salon barber haircut nails oil laundromat
    breakfast brunch dinner supper snack pizza cake cookies bake baking cook cooking bbq picnic potluck barbecue feast leftovers
    birthday anniversary shower baptism christening communion quinceanera bar mitzvah reunion picnic carnival fair parade festival
    holiday holidays vacation camping beach cabin cruise hotel airbnb suitcase packing luggage passport visa customs
    puppy kitten hamster rabbit bunny goldfish bird birds parrot chickens horse pony cow goat goats grooming groomer kennel leash
    movie film theater show concert tickets band parking lot garage meter meters tow truck
    street streets avenue block blocks corner intersection downtown uptown suburb county highway interstate turnpike
    slammed swamped hectic busy crazy zoo nuts chaos chaotic mess messy nightmare circus insane wild bloodbath madhouse
    kindly enjoy enjoyed appreciated awesome sweet sounds noted marked calendar penciled put down placed added list works
    place even closer near nearby around corner upstairs downstairs inside outside
    talk talked spoke speaking mentioned figured thought looks look like touch behind ahead bit hair smidge
    switched moved moving bumped rescheduled pulled lifting carrying carried fell dropped spilled broke broken cracked snapped stuck jammed
    frozen flat locked lost misplaced forgot mixed wrong overslept napping
    """
)
COTIDIANO = words(
    """
    tuberia tuberias tubo fuga gotera goteras plomeria llave regadera lavabo drenaje tapado calentador boiler caldera lavadora secadora
    estufa refri refrigerador microondas aspiradora alfombra cerca patio jardin cochera garaje buzon electricista tecnico albanil
    instalacion cable modem recibo apagon planta basura muebles sillon colchon cajas caja departamento depa renta contrato vecino vecinos
    escalera pintura pintor limpieza limpiando
    ferry lancha tranvia combi micro pesero ruta parada estacion anden vuelo bicicleta bici moto motoneta camioneta troca remolque grua
    taxi chofer licencia placas motor radiador parabrisas bache baches desviacion carril tunel caseta retorno periferico avenida calle
    calles esquina cuadra cuadras centro colonia barrio semaforo gasolinera
    granizo viento neblina niebla tormentas aguacero charco lodo inundado inundo ramas arbol nevada hielo
    resfrio moco mocos alergia alergias estornudo congestion escalofrio escalofrios torcedura tobillo rodilla hombro codo dedo brackets
    frenos carie muela muelas encias lentes anteojos ojo ojos yeso muletas radiografia dermatologo pediatra oculista ortodoncista
    quiropractico chequeo vacuna refuerzo analisis laboratorio raspon golpecito
    kinder primaria secundaria prepa universidad uni semestre clase maestros tarea proyecto boleta junta inscripcion beca solicitud
    festival desfile recital ensayo coro natacion ballet futbol basquet beisbol campeonato torneo entrenador entrenamiento
    gemelos mellizos bebita bebito carriola panal panales siesta cuna
    bodega fabrica restaurante tienda caja cajera gerente supervisor supervisora nomina inventario auditoria clientes cliente
    presentacion capacitacion uniforme horas extra extras cubrir cubriendo companero companera cambiaron turno turnos permiso
    hable habla hablan espanol ingles idioma interprete mandado mandados super mercado farmacia correo paquete banco notario licencia
    tramite tramites juzgado biblioteca gimnasio salon
    peluqueria corte unas lavanderia
    desayuno almuerzo cena comida pastel galletas cocinando asado carne parrillada
    aniversario bautizo comunion quinceanos posada piñata pinata rosario kermes feria circo vacaciones playa hotel maleta maletas pasaporte
    cachorro gatito conejo pajaro pajaros perico pericos gallinas caballo vaca chiva veterinaria correa
    pelicula cine boletos estacionamientos parquimetro
    pendientes ocupada ocupado ocupadisima ajetreo relajo locura desastre caos desvelo desvelada ponchada ponchado
    anote anotado apunte agenda calendario puntuales puntual andaremos andamos ando andando ando pedi pidieron dieron dijeron quedo quedar
    queda quedaron adentro afuera cerca lejos arriba abajo vuelta vueltas buscando donde dejar dejo
    descompuso descompusieron arruino rompio caigo cayo caido perdi perdimos olvide confundi
    modo ni rato ratito tantito apenas nomas ahorita luego seguida fin viejita viejito perrito perrita
    nuevo nuevos nueva nuevas viejo vieja grande chico chica rapido lento lista listos este esta ese esa aquel mismo misma
    """
)
