/*
 * Lets system calls fail while a server runs. The file $FAULTS names the program, the call and the errno, such as
 * "node fork 11"; while it is empty, nothing fails. Loaded by LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int fails(const char *call) {
  static int (*real_open)(const char *, int, ...);
  char text[64] = "", program[16], name[16];
  const char *file = getenv("FAULTS");
  int error, fd;
  if (!file) return 0;
  if (!real_open) real_open = dlsym(RTLD_NEXT, "open64");
  fd = real_open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  if (read(fd, text, sizeof text - 1) < 0) text[0] = 0;
  close(fd);
  if (sscanf(text, "%15s %15s %d", program, name, &error) != 3) return 0;
  if (strcmp(program, program_invocation_short_name) || strcmp(name, call)) return 0;
  errno = error;
  return 1;
}

pid_t fork(void) {
  return fails("fork") ? -1 : ((pid_t(*)(void))dlsym(RTLD_NEXT, "fork"))();
}

int mkdir(const char *path, mode_t mode) {
  return fails("mkdir") ? -1 : ((int (*)(const char *, mode_t))dlsym(RTLD_NEXT, "mkdir"))(path, mode);
}

char *mkdtemp(char *template) {
  return fails("mkdtemp") ? NULL : ((char *(*)(char *))dlsym(RTLD_NEXT, "mkdtemp"))(template);
}

int mkfifo(const char *path, mode_t mode) {
  return fails("mkfifo") ? -1 : ((int (*)(const char *, mode_t))dlsym(RTLD_NEXT, "mkfifo"))(path, mode);
}

int socketpair(int domain, int type, int protocol, int fds[2]) {
  if (fails("socketpair")) return -1;
  return ((int (*)(int, int, int, int *))dlsym(RTLD_NEXT, "socketpair"))(domain, type, protocol, fds);
}

int pipe2(int fds[2], int flags) {
  return fails("pipe2") ? -1 : ((int (*)(int *, int))dlsym(RTLD_NEXT, "pipe2"))(fds, flags);
}

int execvp(const char *file, char *const argv[]) {
  return fails("execvp") ? -1 : ((int (*)(const char *, char *const *))dlsym(RTLD_NEXT, "execvp"))(file, argv);
}

int connect(int fd, const struct sockaddr *address, socklen_t length) {
  if (fails("connect")) return -1;
  return ((int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect"))(fd, address, length);
}

/* Only the output of a forked worker, and what the kernel tells about a process. */
int open64(const char *path, int flags, ...) {
  va_list rest;
  mode_t mode;
  va_start(rest, flags);
  mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((strstr(path, "/worker-") || !strncmp(path, "/proc/", 6)) && fails("open")) return -1;
  return ((int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open64"))(path, flags, mode);
}
