<?php echo getenv("DATABASE_URL");
