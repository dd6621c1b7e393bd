#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void streams_open(struct streams *streams, int writing[BOX_STREAMS]) {
  for (int i = 0; i < BOX_STREAMS; i++) {
    int both[2];
    if (pipe2(both, O_CLOEXEC) != 0) exit(2);
    fcntl(both[0], F_SETFL, O_NONBLOCK);
    streams->ends[i] = (struct pollfd){.fd = both[0], .events = POLLIN};
    writing[i] = both[1];
  }
}

static void close_end(struct pollfd *end) {
  if (end->fd >= 0) close(end->fd);
  end->fd = -1;
}

void streams_close(struct streams *streams) {
  for (int i = 0; i < BOX_STREAMS; i++) close_end(&streams->ends[i]);
}

/* Makes room by forgetting the older half. */
static void forget_half(struct box_stream *stream) {
  memmove(stream->text, stream->text + BOX_TEXT / 2, stream->kept - BOX_TEXT / 2);
  stream->kept -= BOX_TEXT / 2;
}

/* Takes what there is in a pipe; false at its end. Of output the beginning is
 * kept, of the channel the end. */
static bool drain(int pipe_end, struct box_stream *stream, bool keep_end) {
  char buffer[BOX_TEXT / 4];
  ssize_t count = read(pipe_end, buffer, sizeof buffer);
  if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
  if (keep_end && stream->kept + (size_t)count > BOX_TEXT) forget_half(stream);
  size_t room = BOX_TEXT - stream->kept;
  size_t kept = (size_t)count < room ? (size_t)count : room;
  memcpy(stream->text + stream->kept, buffer, kept);
  stream->kept += kept;
  stream->text[stream->kept] = '\0';
  stream->total += (size_t)count;
  return true;
}

void streams_listen(struct streams *streams, struct box_result *result, int milliseconds) {
  sigset_t none;
  sigemptyset(&none);
  struct timespec longest = {.tv_nsec = milliseconds * 1000000L};
  if (ppoll(streams->ends, BOX_STREAMS, &longest, &none) <= 0) return;
  for (int i = 0; i < BOX_STREAMS; i++) {
    struct pollfd *end = &streams->ends[i];
    if (end->revents && !drain(end->fd, &result->streams[i], i == BOX_SENT)) close_end(end);
  }
}

size_t streams_total(const struct box_result *result) {
  size_t total = 0;
  for (int i = 0; i < BOX_STREAMS; i++) total += result->streams[i].total;
  return total;
}
