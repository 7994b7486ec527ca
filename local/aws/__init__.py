"""AWS's side of the emulator: moto's services, what they lack, and the door in front of them."""
