"""What may be done, and who may say so: the gate's rules and the rules of approval. Pure; the present and all facts are arguments."""
