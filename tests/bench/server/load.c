/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * load prepare DATABASE N           people 0..N-1 into a server's database
 * load run lanyard|mqtt|xmpp|bare PORT PID N KEY SECONDS WORKERS [PHASE,...]
 *                                   phases; one `name value` a line on standard output
 *
 * PID is the server's: its processor time and memory are read from /proc. For each phase: what was done a
 * second, the server's processor time for one (all its threads), how many that would be with one
 * core busy, the generator's own time for one, and the 99th percentile.
 */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define WARM_UP_S 0.5
#define IDLE_S    2

static Share *share;
static int server_pid;
static const char *phases;

static void
nap (double seconds)
{
  g_usleep ((gulong) (seconds * 1e6));
}

static double
cpu_seconds (int pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  words = g_strsplit (strrchr (text, ')') + 2, " ", -1);
  return (double) (strtoull (words[11], NULL, 10) + strtoull (words[12], NULL, 10)) /
         (double) sysconf (_SC_CLK_TCK);
}

static double
own_kilobytes (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/smaps_rollup", server_pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  line = strstr (text, "Private_Dirty:");
  return line != NULL ? strtod (line + 14, NULL) : 0;
}

typedef struct {
  double server_cpu, load_cpu;
  gint64 at_ns;
  guint64 received, stored, refused;
  guint ready;
} Look;

static Look
look (void)
{
  Look now = { .at_ns = load_now_ns (), .server_cpu = cpu_seconds (server_pid) };

  for (guint i = 0; i < share->n_workers; i++) {
    const Worker *w = &share->workers[i];

    now.load_cpu += cpu_seconds (w->pid);
    now.received += __atomic_load_n (&w->received, __ATOMIC_RELAXED);
    now.stored += __atomic_load_n (&w->stored, __ATOMIC_RELAXED);
    now.refused += __atomic_load_n (&w->refused, __ATOMIC_RELAXED);
    now.ready += __atomic_load_n (&w->ready, __ATOMIC_RELAXED);
  }
  return now;
}

static void
tell (Plan plan)
{
  share->plan = plan;
  __atomic_add_fetch (&share->seq, 1, __ATOMIC_RELEASE);
}

static double
percentile (double part)
{
  guint64 sum = 0, upto = 0;

  for (guint b = 0; b < LOAD_BUCKETS; b++)
    for (guint i = 0; i < share->n_workers; i++)
      sum += share->workers[i].latencies[b];
  for (guint b = 0; b < LOAD_BUCKETS; b++) {
    for (guint i = 0; i < share->n_workers; i++)
      upto += share->workers[i].latencies[b];
    if ((double) upto >= (double) sum * part)
      return load_bucket_ms (b);
  }
  return 0;
}

static void
say (const char *name, const char *what, double value)
{
  printf ("%s%s %.3f\n", name, what, value);
  fflush (stdout);
}

static void
say_rates (const char *name, const Look *from, const Look *to, guint64 done)
{
  double n = (double) MAX (1, done), cpu = to->server_cpu - from->server_cpu;

  say (name, "_per_s", (double) done / ((double) (to->at_ns - from->at_ns) / 1e9));
  say (name, "_cpu_us", cpu * 1e6 / n);
  say (name, "_per_core_s", n / MAX (cpu, 1e-9));
  say (name, "_generator_us", (to->load_cpu - from->load_cpu) * 1e6 / n);
}

static void
log_in (void)
{
  double before = own_kilobytes ();
  Look from = look (), to;

  tell ((Plan){ .phase = PHASE_LOGIN });
  do {
    nap (0.005);
    to = look ();
    for (guint i = 0; i < share->n_workers; i++)
      if (waitpid (share->workers[i].pid, NULL, WNOHANG) != 0)
        g_error ("a worker ended");
  } while (to.ready < share->n_conns);
  say_rates ("login", &from, &to, to.ready);
  tell ((Plan){ .phase = PHASE_IDLE });
  nap (IDLE_S);
  say ("idle", "_bytes_each", (own_kilobytes () - before) * 1024 / share->n_conns);
}

static void
run_phase (const char *name, Phase phase, guint in_flight, double rate, double seconds)
{
  Look from, to;

  if (phases != NULL && !g_strv_contains ((const char *const *) g_strsplit (phases, ",", -1), name))
    return;
  for (guint i = 0; i < share->n_workers; i++)
    memset (share->workers[i].latencies, 0, sizeof share->workers[i].latencies);
  tell ((Plan){ .phase = phase,
                .in_flight = in_flight / share->n_workers,
                .rate = rate / share->n_workers,
                .count_ns = load_now_ns () + (gint64) (WARM_UP_S * 1e9) });
  nap (WARM_UP_S);
  from = look ();
  nap (seconds);
  to = look ();
  tell ((Plan){ .phase = PHASE_IDLE });
  say_rates (name, &from, &to,
             phase == PHASE_SEND ? to.received - from.received : to.stored - from.stored);
  say (name, "_p99_ms", percentile (0.99));
  nap (1); /* what is under way arrives */
}

static int
start_worker (guint i, const Protocol *protocol)
{
  int pid = fork ();

  if (pid == 0) {
    prctl (PR_SET_PDEATHSIG, SIGKILL);
    load_work (share, i, protocol);
    _exit (0);
  }
  return pid;
}

static void
start_workers (guint n, guint n_conns, guint port, const Protocol *protocol)
{
  share = mmap (NULL, sizeof *share + n * sizeof (Worker), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (share == MAP_FAILED)
    g_error ("no shared memory");
  share->n_workers = n;
  share->n_conns = n_conns;
  share->port = port;
  share->plan.phase = PHASE_IDLE;
  for (guint i = 0; i < n; i++) {
    Worker *w = &share->workers[i];

    w->first = (guint) ((guint64) n_conns * i / n);
    w->count = (guint) ((guint64) n_conns * (i + 1) / n) - w->first;
    w->pid = start_worker (i, protocol);
  }
}

static void
raise_descriptors (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    (void) setrlimit (RLIMIT_NOFILE, &limit);
  }
}

static int
run (char **args)
{
  const Protocol *protocol = strcmp (args[0], "mqtt") == 0   ? &mqtt_protocol
                             : strcmp (args[0], "xmpp") == 0 ? &xmpp_protocol
                             : strcmp (args[0], "bare") == 0 ? &bare_protocol
                                                             : &office_protocol;
  guint n = (guint) atoi (args[3]), many = CLAMP (n, 512, 4096);
  double seconds = strtod (args[5], NULL);

  server_pid = atoi (args[2]);
  phases = args[7];
  raise_descriptors ();
  if (protocol == &office_protocol)
    office_setup (args[4], n);
  start_workers ((guint) MAX (1, atoi (args[6])), n, (guint) atoi (args[1]), protocol);
  log_in ();
  run_phase ("routed", PHASE_SEND, many, 0, seconds);
  run_phase ("paced", PHASE_SEND, 0, 5000, seconds);
  if (protocol->deposit != NULL) {
    run_phase ("deposits", PHASE_DEPOSIT, MAX (many, 2048), 0, seconds);
    run_phase ("deposits_paced", PHASE_DEPOSIT, 0, 2000, seconds);
  }
  say ("refused", "", (double) look ().refused);
  tell ((Plan){ .phase = PHASE_QUIT });
  for (guint i = 0; i < share->n_workers; i++)
    (void) waitpid (share->workers[i].pid, NULL, 0);
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "prepare") == 0)
    return office_prepare (argv[2], (guint) atoi (argv[3]));
  if ((argc == 9 || argc == 10) && strcmp (argv[1], "run") == 0)
    return run (argv + 2); /* argv ends with NULL: no phases named, all of them */
  fprintf (stderr, "load prepare DATABASE N\n"
                   "load run lanyard|mqtt|xmpp|bare PORT PID N KEY SECONDS WORKERS [PHASE,...]\n");
  return 2;
}
