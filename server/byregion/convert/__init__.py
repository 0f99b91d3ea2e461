"""Other forms that data comes in and goes out in: tables for spreadsheets."""
