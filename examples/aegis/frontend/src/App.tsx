import { useEffect, useState } from 'react';
import { risks, type Risk } from './lib/api';

export function App() {
  const [found, setFound] = useState<Risk[]>([]);
  const [problem, setProblem] = useState<string>();

  useEffect(() => {
    risks().then(setFound, (error: Error) => setProblem(error.message));
  }, []);

  if (problem) {
    return <p role="alert">{problem}</p>;
  }
  return (
    <ul>
      {found.map((risk) => (
        <li key={risk.id}>
          {risk.title} ({risk.level})
        </li>
      ))}
    </ul>
  );
}
