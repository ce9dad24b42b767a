/**
 * How many new connections may wait until the server accepts them. The system takes `net.core.somaxconn` if that is less. If
 * more come at once, their clients try again only after a second, and after three.
 */
export const LISTEN_BACKLOG = 4096;
