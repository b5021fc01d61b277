const { Pool } = require('pg');

const pool = new Pool({ host: 'cellar', user: 'press', password: 'cider-press', database: 'harvests', port: 5432 });
pool.query('SELECT 1');
