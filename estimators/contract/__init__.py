"""What a method is handed and what it gives back."""
