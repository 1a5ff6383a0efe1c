import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { openLink } from './connect/open-link.ts';
import { createStationStore } from './connect/station-store.ts';
import { App } from './frame/App.tsx';
import { PageFault } from './frame/PageFault.tsx';
import './frame/page.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root.');
const store = createStationStore(openLink(window));

createRoot(root).render(
  <StrictMode>
    <PageFault>
      <App store={store} />
    </PageFault>
  </StrictMode>,
);
