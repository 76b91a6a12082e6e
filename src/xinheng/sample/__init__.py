"""The sample city: made-up enterprises, their histories, and the files departments would send about them."""
