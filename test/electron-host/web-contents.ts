import { EventEmitter } from 'node:events';
import type { DevToolsSession } from './chromium.ts';
import { evidence, host } from './host-state.ts';
import { contentsCreated } from './main-modules.ts';
import { modelled } from './modelled.ts';
import { appAddress, servedAddress, servePage } from './page-traffic.ts';
import { injectPreload, type PageMessage, type PreloadWorld } from './preload-injection.ts';
