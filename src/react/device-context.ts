import { createContext } from 'react';
import type { Device } from './device.js';

/** The device of the nearest provider. */
export const DeviceContext = createContext<Device | null>(null);
