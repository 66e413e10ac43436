/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-keep.h"

#include "lan-engine-import.h"
#include "lan-group-address.h"
#include "lan-keep.h"

#define FIRST_S 10   /* after opening: what people wait for comes first */
#define EACH_S  3600 /* a message goes within an hour of its time */
#define SOON_MS 200  /* several rules change together */

struct _LanEngineKeep {
  LanEngine *engine;
  GSource *timer;
  GArray *rules; /* of LanKeepRule, while a round is under way; NULL: none is */
  guint at;      /* the rule that is gone by */
  guint n;       /* what went by it */
  guint64 from_order;
  gboolean again; /* rules have changed meanwhile */
};

static void next (LanEngineKeep *self);

static gboolean
on_due (gpointer user_data)
{
  LanEngineKeep *self = user_data;

  g_clear_pointer (&self->timer, g_source_unref);
  if (self->engine->stage == LAN_ENGINE_OPEN && self->engine->store != NULL) {
    lan_engine_read_clock (self->engine);
    self->rules = lan_core_list_keep_rules (self->engine->core, &self->engine->now);
    self->at = self->n = 0;
    self->from_order = 0;
    next (self);
  }
  return G_SOURCE_REMOVE;
}

static void
look_in (LanEngineKeep *self, guint ms)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  self->timer = g_timeout_source_new (ms);
  g_source_set_callback (self->timer, on_due, self, NULL);
  g_source_attach (self->timer, self->engine->context);
}

LanEngineKeep *
lan_engine_keep_new (LanEngine *engine)
{
  LanEngineKeep *self = g_new0 (LanEngineKeep, 1);

  self->engine = engine;
  look_in (self, FIRST_S * 1000);
  return self;
}

void
lan_engine_keep_free (LanEngineKeep *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
  g_clear_pointer (&self->rules, g_array_unref);
  g_free (self);
}

static void
tell (LanEngineKeep *self, const LanKeepRule *rule)
{
  LanAccountId address = rule->account;

  if (rule->is_group)
    lan_group_address (&address, &rule->conversation);
  g_debug ("messages were forgotten n=%u", self->n);
  lan_engine_reread (self->engine, &address);
  lan_engine_touch (self->engine);
}

static void
on_forgotten (const LanForgotten *result, const GError *error, gpointer user_data)
{
  LanEngine *engine = user_data;
  LanEngineKeep *self = engine->keep;

  if (engine->stage != LAN_ENGINE_OPEN || self == NULL || self->rules == NULL)
    return;
  if (error != NULL) {
    /* The next round tries again; that the disk is full is said by whoever writes next. */
    g_info ("old messages cannot be forgotten: %s", error->message);
    self->at = self->rules->len;
    next (self);
    return;
  }
  self->n += result->n;
  self->from_order = result->next_order;
  if (!result->is_more) {
    if (self->n > 0)
      tell (self, &g_array_index (self->rules, LanKeepRule, self->at));
    self->at++;
    self->n = 0;
    self->from_order = 0;
  }
  next (self);
}

/* The next piece of the rule's work, or of the next rule's; others get their turn in between. */
static void
next (LanEngineKeep *self)
{
  const LanKeepRule *rule;
  LanForgetQuery query = { 0 };

  if (self->at >= self->rules->len) {
    g_clear_pointer (&self->rules, g_array_unref);
    look_in (self, self->again ? SOON_MS : EACH_S * 1000);
    self->again = FALSE;
    return;
  }
  rule = &g_array_index (self->rules, LanKeepRule, self->at);
  query.conversation = rule->conversation;
  query.before_ms = rule->before_ms;
  query.device = rule->device;
  query.upto_seq = rule->upto_seq;
  query.keep_blobs = rule->is_group;
  query.from_order = self->from_order;
  lan_store_forget (self->engine->store, &query, on_forgotten, self->engine);
}

static void
look_soon (LanEngine *engine)
{
  LanEngineKeep *self = engine->keep;

  if (self == NULL)
    return;
  if (self->rules != NULL)
    self->again = TRUE;
  else
    look_in (self, SOON_MS);
}

LanStatus
lan_engine_keep_set (LanEngine *engine, const LanAccountId *account, guint days)
{
  LanConversationId group;
  LanStatus status = lan_group_of_address (account, &group)
                         ? lan_core_group_set_keep (engine->core, &group, days, &engine->now)
                         : lan_core_set_keep (engine->core, account, days, &engine->now);

  look_soon (engine);
  return status;
}
