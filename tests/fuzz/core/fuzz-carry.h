/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* What the parts of the target for carried mail share: three people, what they have and what is on its way. */
#pragma once

#include "lan-bytes.h"
#include "lan-core.h"

#define PEOPLE      3
#define WALL_MS     G_GINT64_CONSTANT (1790000000000)
#define MAX_STEPS   200
#define MAX_ACTIONS 20000
#define FIRST       LAN_FRAME_CARRY_HELLO
#define KINDS       9

typedef struct {
  LanAccountKeys *account;
  LanDeviceKeys *device;
  GBytes *list;
  GBytes *cert;
} Somebody;

typedef struct {
  LanCore *core;
  GPtrArray *rows;     /* of LanRecordRow */
  GHashTable *letters; /* LanMessageId -> GBytes */
  guint64 channel[PEOPLE];
  guint64 spare[PEOPLE]; /* a second one beside it */
  gboolean fail_commits;
} Desk;

typedef struct {
  guint to;
  guint64 channel;
  GBytes *bytes;
} Post;

typedef struct {
  LanReader in;
  LanSeededRandom random;
  LanTime now;
  Desk desks[PEOPLE];
  GQueue post; /* of Post */
  guint64 next_channel;
  guint actions;
  guint said;
  gboolean no_letters;
  guint8 tamper[KINDS]; /* 1 alter, 2 drop, 3 twice */
  guint8 at;            /* which byte, from the end */
  guint8 id[LAN_CARRY_ID_BYTES];
  GBytes *last[KINDS];
} Run;

extern Somebody people[PEOPLE];

void drain (Run *run);

/* @a writes a bundle, @b takes it in; the input says how, in one byte. */
void by_stick (Run *run, guint a, guint b);
