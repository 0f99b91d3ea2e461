"""byregion: Norway's city-region programme as linked open data."""
