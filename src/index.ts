export { type AppLocation, findApp } from './app/find-app.js';
export { type Config, type LoadInput, loadConfig } from './config/load.js';
export { type ErrorCode, PenstockError } from './errors.js';
