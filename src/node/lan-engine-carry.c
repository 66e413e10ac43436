/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-engine-carry.h"

#include "lan-carry.h"
#include "lan-engine-people.h"

typedef struct {
  LanEngine *engine;
  LanMessageId id;
} Call;

void
lan_engine_carry_load (LanEngine *engine, const LanSnapshot *snapshot)
{
  for (guint i = 0; i < snapshot->carried->len; i++)
    lan_core_load_carried (engine->core, g_ptr_array_index (snapshot->carried, i));
}

void
lan_engine_carry_tell (LanEngine *engine)
{
  LanEvent *event = lan_event_new (LAN_EVENT_CARRY);
  LanCarryCounters counters;

  lan_core_get_carry_counters (engine->core, &counters);
  event->carry.on = lan_core_get_carrying (engine->core);
  event->carry.letters = counters.held;
  event->carry.bytes = counters.held_bytes;
  lan_engine_tell (engine, event);
}

static void
on_letter (GPtrArray *rows, const GError *error, gpointer user_data)
{
  g_autofree Call *call = user_data;
  LanEngine *engine = call->engine;
  LanCarriedRow *row = rows != NULL && rows->len > 0 ? g_ptr_array_index (rows, 0) : NULL;

  if (engine->stage != LAN_ENGINE_OPEN)
    return;
  lan_engine_read_clock (engine);
  lan_core_carried_read (engine->core, &call->id, row != NULL ? row->envelope : NULL, &engine->now);
  lan_engine_touch (engine);
}

void
lan_engine_carry_on_core (LanEngine *engine, const LanCoreAction *action)
{
  Call *call;

  if (action->type == LAN_CORE_CARRIED) {
    lan_engine_carry_tell (engine);
    return;
  }
  call = g_new0 (Call, 1);
  call->engine = engine;
  call->id = action->carried.id;
  lan_store_read_carried (engine->store, LAN_CARRIED_HELD, &call->id, on_letter, call);
}

void
lan_engine_carry_execute (LanEngine *engine, LanCommand *command)
{
  lan_core_set_carrying (engine->core, command->number != 0, &engine->now);
  lan_engine_carry_tell (engine);
}

char *
lan_engine_carry_name (LanEngine *engine, const LanAccountId *carrier)
{
  const LanPersonRow *row;
  LanAccountId now;

  lan_engine_people_resolve (engine, carrier, &now);
  row = lan_core_get_person (engine->core, &now);
  return g_strdup (row != NULL ? row->name : NULL);
}
