import { StrictMode, useEffect, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';
import 'esp32-llm-converter/define';

/** Switches as properties, nothing as `undefined` and `null`, a number, and events both ways. */
function Page() {
  const [locked, setLocked] = useState(true);
  const [heard, setHeard] = useState('');
  const element = useRef(null);
  useEffect(() => {
    const converter = element.current;
    const hear = ({ step }) => setHeard(step);
    converter.addEventListener('esp32-llm-state', hear);
    return () => converter.removeEventListener('esp32-llm-state', hear);
  }, []);
  return (
    <>
      <button id="lock" onClick={() => setLocked(!locked)}>
        lock
      </button>
      <output>{heard}</output>
      <esp32-llm-converter
        ref={element}
        locked={locked}
        noNetwork={false}
        scheme={undefined}
        board={undefined}
        steps={null}
        context={256}
      />
    </>
  );
}

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
