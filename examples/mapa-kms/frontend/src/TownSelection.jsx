import React, { useEffect, useState } from 'react';

import { selectTowns } from './api.js';

export function TownSelection() {
  const [towns, setTowns] = useState([]);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    selectTowns()
      .then(setTowns)
      .catch(() => setFailed(true));
  }, []);

  if (failed) {
    return <p>The towns could not be loaded.</p>;
  }
  return (
    <ul>
      {towns.map((town) => (
        <li key={town.id}>{town.name}</li>
      ))}
    </ul>
  );
}
