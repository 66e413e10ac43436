/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * The models' inside: lan-node-models.c keeps the objects and the lists, -events.c carries out the
 * engine's batches on them. In the owner's context.
 */
#pragma once

#include "lan-node-models.h"
#include "lan-node-private.h"

G_BEGIN_DECLS

struct _LanNodeModels {
  LanNode *node;
  LanPerson *self;             /* NULL until the profile was opened */
  GListStore *people;          /* of LanPerson */
  GListStore *conversations;   /* of LanConversation, newest first */
  GListStore *transfers;       /* of LanTransfer, newest first */
  GHashTable *by_account;      /* LanAccountId in the person -> LanPerson, owned; listed or not */
  GHashTable *listed;          /* LanPerson that are in people */
  GHashTable *conversation_of; /* LanPerson -> LanConversation, owned */
  GListStore *groups;          /* of LanGroupChat */
  GListStore *shares;          /* of LanShare */
  GHashTable *share_by_id;     /* LanConversationId in the share -> LanShare, owned */
  LanCall *call;               /* the newest; NULL: none yet */
  GHashTable *transfer_by_id;  /* LanMessageId in the transfer -> LanTransfer, owned */
  GHashTable *messages;        /* LanMessageId in the LanLiveMessage -> LanLiveMessage, owned */
  GHashTable *outbox;          /* own LanMessage under way, owned, so that their states are told */
  /* While a batch is carried out: */
  GPtrArray *emissions;  /* of LanNodeEmission */
  GHashTable *arrivals;  /* LanConversation -> GPtrArray of LanMessage */
  GHashTable *moved;     /* LanConversation, to be put in its place in the list */
  GPtrArray *new_people; /* of LanPerson, to be listed */
};

/* A message somebody holds: found again by its id as long as it lives. */
typedef struct {
  LanNodeModels *models;
  LanMessageId id;
  LanMessage *message; /* not owned */
} LanLiveMessage;

typedef struct {
  LanNodeSignal signal;
  GObject *object;
  char *code;
  char *text;
} LanNodeEmission;

void lan_node_emission_free (LanNodeEmission *e);

/** Puts what a batch brought into the lists: new people, arrivals, conversations that moved. */
void lan_node_models_settle (LanNodeModels *m);

G_END_DECLS
