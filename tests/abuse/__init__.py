"""What a server that anybody may ask has to bear: hostile requests and clients, against the real `byregion serve`."""
