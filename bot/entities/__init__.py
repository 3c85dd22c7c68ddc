"""What a message names: amounts, dates, ages, numbers, links, countries, jobs, places."""
