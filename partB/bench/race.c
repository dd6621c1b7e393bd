#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "../harness/box.h"
#include "bench.h"

void drop_out(const char *what) {
  printf("%s: %s", what, strerror(errno));
  fflush(stdout);
  _exit(1);
}

/* In a process of its own. What it finds goes through the channel. */
static void run_laps(const void *subject) {
  const struct racer *racer = subject;
  const struct plan *plan = racer->plan;
  if (plan->prepare) plan->prepare(racer);
  if (plan->laps > 1) plan->lap(racer, (double[FIGURES]){0});
  for (size_t lap = 0; lap < plan->laps; lap++) {
    double figures[FIGURES] = {0};
    plan->lap(racer, figures);
    if (write(BOX_CHANNEL, figures, sizeof figures) != sizeof figures) drop_out("no result");
  }
}

static void run_process(const struct racer *racer, struct outcome *outcome) {
  static struct box_result result;
  box_run(&(struct box){.run = run_laps, .subject = racer, .seconds = 180, .patience = 60}, &result);
  const struct box_stream *channel = &result.streams[BOX_STREAMS - 1];
  if (result.ending == ENDED_BY_EXIT && result.code == 0) {
    memcpy(outcome->laps[outcome->count], channel->text, channel->kept);
    outcome->count += racer->plan->laps;
  } else {
    bool dropped_out = result.ending == ENDED_BY_EXIT && result.streams[0].kept;
    snprintf(outcome->failure, sizeof outcome->failure, "%.150s",
             dropped_out ? result.streams[0].text : box_describe(&result).string);
  }
}

void race(const struct racer *racers, struct outcome *outcomes) {
  memset(outcomes, 0, WAYS * sizeof *outcomes);
  for (size_t round = 0; round < racers->plan->processes; round++) {
    for (size_t turn = 0; turn < WAYS; turn++) {
      size_t i = (round + turn) % WAYS;
      if (!racers[i].name || outcomes[i].failure[0] || (racers[i].once && round > 0)) continue;
      run_process(&racers[i], &outcomes[i]);
    }
  }
}
