/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A cable with limits, for machines without netem: joins two interfaces of its network namespace
 * and lets frames through at a rate, after a delay, with a buffer that drops at its tail, with loss.
 *
 *   shaper IF1 IF2 [rate=MBIT] [back=MBIT] [buffer=MS] [delay=MS] [loss=PERCENT] [seed=N]
 *
 * `rate` holds from IF1 to IF2, `back` the other way (the same when not said; 0 = none); `delay` is one way. Prints
 * "ready". The ends of the cables need tx, tso, gso and gro switched off. Lines on standard input of
 * the same NAME=VALUE form change it; "cut" and "mend" part and join it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define SLOTS      32768
#define SLOT_BYTES 1600
#define BATCH      64

typedef struct {
  uint64_t due_ns;
  uint16_t len;
  uint8_t bytes[SLOT_BYTES];
} Slot;

typedef struct {
  int in, out; /* sockets */
  double mbit; /* 0: no limit */
  uint64_t free_ns;
  Slot *slots;
  uint32_t head, tail;
  uint64_t passed, dropped;
} Way;

static double buffer_ms = 250, delay_ms, loss_percent;
static int is_cut;
static uint64_t seed = 1;

static uint64_t
now_ns (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (uint64_t) t.tv_sec * 1000000000u + (uint64_t) t.tv_nsec;
}

static double
chance (void)
{
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return (double) (seed >> 11) / 9007199254740992.0;
}

static int
open_interface (const char *name)
{
  struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons (ETH_P_ALL) };
  int fd = socket (AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0), one = 1, size = 8 << 20;

  address.sll_ifindex = (int) if_nametoindex (name);
  setsockopt (fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
  setsockopt (fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
  setsockopt (fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  if (fd < 0 || address.sll_ifindex == 0 ||
      bind (fd, (struct sockaddr *) &address, sizeof address) < 0) {
    fprintf (stderr, "shaper: %s: %s\n", name, strerror (errno));
    exit (1);
  }
  return fd;
}

/* A frame has come: when may it leave? */
static void
take (Way *way, uint16_t len)
{
  Slot *slot = &way->slots[way->tail % SLOTS];
  uint64_t now = now_ns (), start = way->free_ns > now ? way->free_ns : now;
  uint64_t wire_ns = way->mbit > 0 ? (uint64_t) (len * 8000.0 / way->mbit) : 0;

  if (is_cut || way->tail - way->head >= SLOTS - 1 ||
      (way->mbit > 0 && (double) (start - now) > buffer_ms * 1e6) ||
      (loss_percent > 0 && chance () * 100 < loss_percent)) {
    way->dropped++;
    return;
  }
  way->free_ns = start + wire_ns;
  slot->due_ns = way->free_ns + (uint64_t) (delay_ms * 1e6);
  slot->len = len;
  way->tail++;
}

static void
receive (Way *way)
{
  for (unsigned i = 0; i < BATCH; i++) {
    Slot *slot = &way->slots[way->tail % SLOTS];
    ssize_t n = recv (way->in, slot->bytes, sizeof slot->bytes, MSG_TRUNC);

    if (n <= 0)
      return;
    if ((size_t) n <= sizeof slot->bytes)
      take (way, (uint16_t) n);
    else
      fprintf (stderr, "shaper: a frame of %zd bytes: offload is on\n", n);
  }
}

/* Sends what is due; returns when the next one is. */
static uint64_t
forward (Way *way)
{
  struct mmsghdr messages[BATCH];
  struct iovec vectors[BATCH];

  for (;;) {
    uint64_t now = now_ns ();
    unsigned n = 0;

    while (n < BATCH && way->head + n != way->tail) {
      Slot *slot = &way->slots[(way->head + n) % SLOTS];

      if (slot->due_ns > now)
        break;
      vectors[n] = (struct iovec){ slot->bytes, slot->len };
      messages[n] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &vectors[n], .msg_iovlen = 1 } };
      n++;
    }
    if (n > 0 && !is_cut && sendmmsg (way->out, messages, n, 0) < 0 && errno != ENOBUFS)
      fprintf (stderr, "shaper: %s\n", strerror (errno));
    way->head += n;
    way->passed += n;
    if (n < BATCH)
      return way->head == way->tail ? UINT64_MAX : way->slots[way->head % SLOTS].due_ns;
  }
}

static int
set (Way ways[2], const char *text)
{
  double value;

  if (strcmp (text, "cut") == 0 || strcmp (text, "mend") == 0)
    is_cut = text[0] == 'c';
  else if (sscanf (text, "rate=%lf", &value) == 1)
    ways[0].mbit = ways[1].mbit = value;
  else if (sscanf (text, "back=%lf", &value) == 1)
    ways[1].mbit = value;
  else if (sscanf (text, "buffer=%lf", &value) == 1)
    buffer_ms = value;
  else if (sscanf (text, "delay=%lf", &value) == 1)
    delay_ms = value;
  else if (sscanf (text, "loss=%lf", &value) == 1)
    loss_percent = value;
  else if (sscanf (text, "seed=%lf", &value) == 1)
    seed = (uint64_t) value + 1;
  else
    return -1;
  return 0;
}

/* FALSE when standard input is at its end. */
static int
read_orders (Way ways[2])
{
  char text[256];
  ssize_t n = read (STDIN_FILENO, text, sizeof text - 1);

  if (n <= 0)
    return 0;
  text[n] = '\0';
  for (char *line = strtok (text, "\n"); line != NULL; line = strtok (NULL, "\n")) {
    if (set (ways, line) < 0)
      fprintf (stderr, "shaper: what is '%s'?\n", line);
    printf ("%s\n", line);
  }
  fflush (stdout);
  return 1;
}

int
main (int argc, char **argv)
{
  Way ways[2] = { { 0 } };
  int reads_orders = 1;

  if (argc < 3)
    return 2;
  prctl (PR_SET_TIMERSLACK, 1000, 0, 0, 0);
  for (int i = 0; i < 2; i++) {
    ways[i].in = open_interface (argv[1 + i]);
    ways[i].slots = calloc (SLOTS, sizeof (Slot));
    if (ways[i].slots == NULL)
      return 1;
  }
  ways[0].out = ways[1].in;
  ways[1].out = ways[0].in;
  for (int i = 3; i < argc; i++) {
    if (set (ways, argv[i]) < 0)
      return 2;
  }
  puts ("ready");
  fflush (stdout);
  for (;;) {
    struct pollfd polls[3] = { { ways[0].in, POLLIN, 0 },
                               { ways[1].in, POLLIN, 0 },
                               { reads_orders ? STDIN_FILENO : -1, POLLIN, 0 } };
    uint64_t a = forward (&ways[0]), b = forward (&ways[1]), next = a < b ? a : b, now = now_ns ();
    struct timespec wait = { 1, 0 };

    if (next != UINT64_MAX) {
      uint64_t ns = next > now ? next - now : 0;

      wait = (struct timespec){ (time_t) (ns / 1000000000u), (long) (ns % 1000000000u) };
    }
    if (ppoll (polls, 3, &wait, NULL) < 0 && errno != EINTR)
      return 1;
    receive (&ways[0]);
    receive (&ways[1]);
    if (reads_orders && (polls[2].revents & (POLLIN | POLLHUP)) != 0)
      reads_orders = read_orders (ways);
  }
}
