/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Machines for tests: LanNodes with profiles in a temporary folder, which wait for what is said. */
#pragma once

#include "lan-node.h"

typedef struct {
  char *dir;
  char *name;
  LanNode *node;
  GPtrArray *received; /* of LanMessage, as message-received told */
  GPtrArray *states;   /* of char *: "<id> <state>", as message-state told */
  GPtrArray *notices;  /* of char *: codes */
  GPtrArray *offered;  /* of LanTransfer */
  GPtrArray *finished; /* of LanTransfer: done and failed */
  gboolean mdns;
  gboolean broadcast;
} Machine;

/**
 * Moves this process into a network of its own with one interface, so that beacons disturb nobody
 * and nobody disturbs. Before any thread. Returns: FALSE where that is not allowed.
 */
gboolean enter_own_network (void);

/** Whether beacons can be tried. */
gboolean has_own_network (void);

Machine *machine_new (const char *name);

/** Makes the profile and opens it. */
void machine_create (Machine *m, const char *passphrase);

/** Opens the profile; fails the test when it cannot. */
void machine_open (Machine *m, const char *passphrase);

/** Opens the profile. Returns: (transfer full) (nullable): why it cannot. */
GError *machine_try_open (Machine *m, const char *passphrase);
void machine_close (Machine *m);

/** Closes, removes the folder, frees. */
void machine_free (Machine *m);

/** Runs the loop until @condition (data) or fails the test after 20 s. */
#define wait_until(condition)                                                                      \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 give_up_ = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;                               \
    guint timer_ = g_timeout_add_seconds (21, wait_tick, NULL);                                    \
    while (!(condition)) {                                                                         \
      if (g_get_monotonic_time () > give_up_)                                                      \
        g_error ("%s:%d: waited in vain for: %s", __FILE__, __LINE__, #condition);                 \
      g_main_context_iteration (NULL, TRUE);                                                       \
    }                                                                                              \
    g_source_remove (timer_);                                                                      \
  }                                                                                                \
  G_STMT_END

gboolean wait_tick (gpointer data);

/** Lets @a know where @b is, and waits until both see each other. */
void introduce (Machine *a, Machine *b);

/** Returns: (transfer none): how @m sees @other; waits until it does. */
LanPerson *see (Machine *m, Machine *other);

/** Returns: (transfer none) (nullable): the message with @text among the received. */
LanMessage *find_received (Machine *m, const char *text);

/** Whether message-state told @state for @id. */
gboolean has_state (Machine *m, const char *id, const char *state);
gboolean has_notice (Machine *m, const char *code);

/** Returns: (transfer full) (element-type LanMessage): the newest @limit messages with @other. */
GPtrArray *read_history (Machine *m, Machine *other, const char *before, guint limit);
