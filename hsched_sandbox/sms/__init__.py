"""A provider of texts in the shape of Twilio's Messages API, with handsets at its other end and everything that goes wrong there."""
