rootProject.name = "warehouse"

include("libs:events", "services:orders", "services:inventory")
