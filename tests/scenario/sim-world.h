/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#pragma once

#include "sim.h"

typedef enum {
  SIM_FRAME,
  SIM_UP,
  SIM_DOWN,
  SIM_COMMITTED,
  SIM_ROWS,
  SIM_FOUND,
  SIM_LETTER, /* of those that are carried */
  SIM_DEADLINE,
  SIM_DIAL,
  SIM_RESTART,
  SIM_POST, /* what a server brings (sim-post.h) */
} SimEventType;

typedef struct {
  gint64 due_us;
  guint64 serial;
  SimEventType type;
  guint node;
  guint generation; /* of the node; another one: the event is void */
  guint64 channel;
  LanCarrier carrier;
  guint8 dh[32];
  GBytes *bytes;
  GPtrArray *changes;
  LanCoreAction ask; /* READ, FIND */
  guint64 batch;
  guint peer;
  int post_kind;
  guint64 post_number;
  gint64 post_time_s;
  guint8 post_id[16];
  LanDeviceId post_device;
  LanAccountId post_account;
  GBytes *more_bytes;
} SimEvent;

typedef struct {
  guint64 id;
  guint ends[2];
  LanCarrier carrier;
  gint64 last_due_us[2]; /* of frames to that end: order is kept */
} SimPipe;

void sim_event_free (SimEvent *event);
/* Moves an event that was added to a later time. */
void sim_delay (Sim *sim, SimEvent *event, gint64 by_us);
SimEvent *sim_add (Sim *sim, SimEventType type, guint node, gint64 due_us);

/* What the world does with an action, and what it checks first. */
void sim_carry_out (Sim *sim, SimNode *node, LanCoreAction *action);
void sim_check_send (Sim *sim, SimNode *node, GBytes *bytes);
void sim_check_message (Sim *sim, SimNode *node, const LanRecordRow *row);
void sim_note_state (Sim *sim, SimNode *node, LanCoreAction *action);
void sim_break (Sim *sim, SimPipe *pipe);
void sim_drain (Sim *sim, SimNode *node);
void sim_make_device (Sim *sim, SimNode *node);
/* Puts @list in force at @node, and tells its core. */
void sim_take_list (Sim *sim, SimNode *node, GBytes *list);
