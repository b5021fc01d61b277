import React from 'react';
import { createRoot } from 'react-dom/client';

import { TownSelection } from './TownSelection.jsx';

createRoot(document.getElementById('root')).render(<TownSelection />);
