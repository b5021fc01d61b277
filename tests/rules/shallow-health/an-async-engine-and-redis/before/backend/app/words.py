GREETING = "ahoy"
