/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * A history in memory with the store's rules: a batch is carried out whole or not at all, a second
 * record of one message on screen is kept hidden, a place in a log is taken once. It can be copied,
 * as a person copies a profile, and asked what is on screen.
 */
#pragma once

#include "lan-core.h"
#include "lan-device-list.h"

typedef struct {
  GPtrArray *persons;       /* of LanPersonRow */
  GPtrArray *devices;       /* of LanDeviceRow */
  GPtrArray *conversations; /* of LanConversationRow */
  GPtrArray *records;       /* of LanRecordRow */
  GHashTable *by_place;     /* "conversation device seq" bytes -> LanRecordRow */
  GHashTable *by_message;   /* author and message id -> LanRecordRow on screen */
  GArray *vectors;          /* of LanVectorRow */
  GHashTable *settings;     /* char * -> GBytes */
  GPtrArray *operations;    /* of LanOperationRow, whatever was ever said, in order of arrival */
  GPtrArray *group_items;   /* of LanGroupItemRow, as they came */
  GPtrArray *carried;       /* of LanCarriedRow, as they came */
} SimStore;

SimStore *sim_store_new (void);
SimStore *sim_store_copy (const SimStore *store);
void sim_store_free (SimStore *store);

/* FALSE: a record's place is taken by another one; nothing is changed. */
gboolean sim_store_commit (SimStore *store, GPtrArray *changes);

/* (transfer none): a letter that is held; NULL: none. */
GBytes *sim_store_letter (SimStore *store, const LanMessageId *id);

LanRecordRow *sim_store_find (SimStore *store, const LanConversationId *conversation,
                              const LanDeviceId *device, guint64 seq);
gboolean sim_store_has_message (SimStore *store, const LanAccountId *author,
                                const LanMessageId *message);

/* (transfer container): what was said about a message. */
GPtrArray *sim_store_operations (SimStore *store, const LanConversationId *conversation,
                                 const LanAccountId *author, const LanMessageId *message);

/* (transfer container): rows of one log, ascending. */
GPtrArray *sim_store_read_log (SimStore *store, const LanConversationId *conversation,
                               const LanDeviceId *device, guint64 from, guint64 to, gsize max);

/* Records @from to @to of a log are kept no longer; the last one keeps its place. */
void sim_store_forget (SimStore *store, const LanConversationId *conversation,
                       const LanDeviceId *device, guint64 from, guint64 to);

/* (transfer container): what a conversation shows, in screen order. */
GPtrArray *sim_store_screen (SimStore *store, const LanConversationId *conversation);

/* Gives everything to a new core, as node does from the store's snapshot. */
void sim_store_load (SimStore *store, LanCore *core);
