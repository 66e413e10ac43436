/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Linking a device: runs core's LanPairing over a lane of its own. The new device waits at the
 * listener under the code's secret and announces itself by a tag that follows from the code, so that
 * only who has the code recognises it; the old one looks for that tag, or goes where it is told.
 */
#include "lan-engine-linking-private.h"

#include "lan-engine-discovery.h"
#include "lan-random-system.h"

/* --- what the owner sees --- */

static LanDeviceLinkState
state_of (const LanPairing *pairing)
{
  switch (lan_pairing_get_state (pairing)) {
  case LAN_PAIRING_WAITING:
  case LAN_PAIRING_MEETING:
    return lan_pairing_is_new (pairing) ? LAN_DEVICE_LINK_CODE : LAN_DEVICE_LINK_SEARCHING;
  case LAN_PAIRING_CONFIRM:
    return LAN_DEVICE_LINK_CONFIRM;
  case LAN_PAIRING_AGREED:
  case LAN_PAIRING_GRANTING:
  case LAN_PAIRING_ADOPTING:
    return LAN_DEVICE_LINK_WAITING;
  case LAN_PAIRING_DONE:
    return LAN_DEVICE_LINK_DONE;
  case LAN_PAIRING_FAILED:
    break;
  }
  return LAN_DEVICE_LINK_FAILED;
}

static void
fill_error (LanDeviceLinkInfo *info, LanPairingFail fail)
{
  static const struct {
    const char *code, *text;
  } fails[] = {
    [LAN_PAIRING_FAIL_NONE] = { NULL, NULL },
    [LAN_PAIRING_FAIL_EXPIRED] = { "expired",
                                   "The code's time is over, or the other device was not "
                                   "found: make a new code" },
    [LAN_PAIRING_FAIL_WRONG_CODE] = { "wrong-code", "Somebody tried wrong codes: make a new one" },
    [LAN_PAIRING_FAIL_REFUSED] = { "refused", "The other device said no" },
    [LAN_PAIRING_FAIL_LIMIT] = { "limit", "There are 16 devices already: revoke one first" },
    [LAN_PAIRING_FAIL_INVALID] = { "invalid", "The other device said something that is not "
                                              "acceptable: is it up to date?" },
    [LAN_PAIRING_FAIL_STORE] = { "store", "The keys could not be written: is the disk full?" },
  };

  info->error_code = g_strdup (fails[fail].code);
  info->error_text = g_strdup (fails[fail].text);
}

static void
tell (LanEngineLinking *self)
{
  LanEvent *event = lan_event_new (LAN_EVENT_DEVICE_LINK);
  LanDeviceLinkInfo *info = &event->device_link;
  const LanPairing *pairing = self->pairing;

  info->state = state_of (pairing);
  info->full = lan_pairing_get_full (pairing);
  info->other_name = g_strdup (lan_pairing_get_other_name (pairing));
  info->person_name = g_strdup (lan_pairing_get_person_name (pairing));
  if (info->state == LAN_DEVICE_LINK_CODE) {
    info->code = lan_link_code_format (lan_pairing_get_code (pairing));
    info->qr_text = lan_link_code_format_qr (lan_pairing_get_code (pairing));
    info->expires_ms = self->engine->now.wall_ms +
                       (lan_pairing_next_deadline (pairing) - self->engine->now.mono_us) / 1000;
  }
  fill_error (info, lan_pairing_get_fail (pairing));
  lan_engine_tell (self->engine, event);
}

static void
tell_none (LanEngine *engine)
{
  lan_engine_tell (engine, lan_event_new (LAN_EVENT_DEVICE_LINK));
}

/* --- beginning --- */

static LanEngineLinking *
linking_new (LanEngine *engine, LanPairing *pairing)
{
  LanEngineLinking *self = g_new0 (LanEngineLinking, 1);

  self->engine = engine;
  self->pairing = pairing;
  engine->linking = self;
  return self;
}

void
lan_engine_linking_begin (LanEngine *engine, const char *name)
{
  const LanDeviceKeys *device = lan_vault_device (engine->vault);
  guint8 secret[LAN_KEY_BYTES];
  LanEngineLinking *self;

  lan_engine_linking_free (engine);
  lan_core_set_device_name (engine->core, name, &engine->now);
  self = linking_new (engine, lan_pairing_new_for_new (lan_device_keys_sign_public (device),
                                                       lan_device_keys_dh_public (device), name,
                                                       lan_random_system (), engine->now.mono_us));
  self->name = g_strdup (name);
  lan_engine_linking_wait (self);
  lan_link_code_tag_secret (lan_pairing_get_code (self->pairing), secret);
  lan_engine_discovery_set_tag (engine, secret);
  lan_secret_wipe (secret, sizeof secret);
  tell (self);
}

void
lan_engine_linking_join (LanEngine *engine, const char *code, const char *address, gboolean full)
{
  GBytes *certs[LAN_DEVICE_LIST_MAX];
  g_autoptr (GArray) devices = NULL;
  const char *name = NULL;
  LanEngineLinking *self;
  LanLinkCode parsed;
  guint n;

  lan_engine_linking_free (engine);
  if (lan_link_code_parse (&parsed, code) != LAN_STATUS_OK)
    return;
  if (lan_vault_account (engine->vault) == NULL) {
    lan_engine_notice (engine, "devices",
                       "This device is a limited one: link from one that may change the account");
    tell_none (engine);
    return;
  }
  devices = lan_core_list_devices (engine->core);
  for (guint i = 0; i < devices->len; i++) {
    if (g_array_index (devices, LanOwnDevice, i).self)
      name = g_array_index (devices, LanOwnDevice, i).name;
  }
  n = lan_core_get_own_certs (engine->core, certs, LAN_DEVICE_LIST_MAX);
  if (name == NULL) {
    name = g_get_host_name (); /* until a person says something better */
    lan_core_set_device_name (engine->core, name, &engine->now);
  }
  self = linking_new (engine, lan_pairing_new_for_old (&parsed, lan_vault_list (engine->vault),
                                                       certs, n, name, full, engine->now.mono_us));
  lan_secret_wipe (&parsed, sizeof parsed);
  self->address = g_strdup (address);
  tell (self);
}

/* --- what the pairing wants --- */

static void
carry_out (LanEngineLinking *self, LanPairingAction *action)
{
  gsize len;
  const guint8 *data;

  switch (action->type) {
  case LAN_PAIRING_SEND:
    data = g_bytes_get_data (action->bytes, &len);
    if (self->lane != NULL && !lan_channel_send (self->lane, LAN_STREAM_CHAT, data, len))
      lan_channel_close (self->lane);
    break;
  case LAN_PAIRING_CLOSE:
    if (self->lane != NULL)
      lan_channel_close (self->lane);
    break;
  case LAN_PAIRING_DIAL:
    if (self->lane == NULL)
      lan_engine_linking_dial (self);
    break;
  case LAN_PAIRING_GRANT:
    lan_engine_linking_grant (self, action->bytes);
    break;
  case LAN_PAIRING_ADOPT:
    lan_engine_linking_adopt (self);
    break;
  case LAN_PAIRING_STATE:
    tell (self);
    if (lan_pairing_get_state (self->pairing) == LAN_PAIRING_FAILED) {
      lan_engine_linking_forget_code (self);
      lan_engine_discovery_set_tag (self->engine, NULL);
    }
    break;
  }
}

gboolean
lan_engine_linking_run (LanEngine *engine)
{
  LanEngineLinking *self = engine->linking;
  gboolean any = FALSE;

  if (self == NULL)
    return FALSE;
  if (lan_pairing_next_deadline (self->pairing) <= engine->now.mono_us)
    lan_pairing_advance (self->pairing, engine->now.mono_us);
  for (;;) {
    g_auto (LanPairingAction) action = { 0 };

    if (!lan_pairing_next_action (self->pairing, &action))
      break;
    any = TRUE;
    carry_out (self, &action);
  }
  /* Another person from now on: whoever opens the profile next finds who that is. */
  if (self->close_us != 0 && engine->now.mono_us >= self->close_us)
    lan_engine_close (engine);
  return any;
}

gint64
lan_engine_linking_deadline (LanEngine *engine)
{
  const LanEngineLinking *self = engine->linking;

  if (self == NULL)
    return LAN_NO_DEADLINE;
  if (self->close_us != 0)
    return engine->close_asked ? LAN_NO_DEADLINE : self->close_us;
  return lan_pairing_next_deadline (self->pairing);
}

void
lan_engine_linking_confirm (LanEngine *engine)
{
  LanEngineLinking *self = engine->linking;
  g_autoptr (LanDeviceKeys) device = NULL;
  g_autoptr (GBytes) request = NULL;
  gint64 now_s = engine->now.wall_ms / 1000;

  if (self == NULL || lan_pairing_get_state (self->pairing) != LAN_PAIRING_CONFIRM)
    return;
  if (lan_pairing_is_new (self->pairing)) {
    device = lan_vault_device_for (engine->vault, lan_pairing_get_account (self->pairing));
    request = lan_cert_request (device, lan_pairing_get_person_name (self->pairing), now_s - 86400,
                                now_s + LAN_CERT_LIFE_SECONDS - 86400, 0, LAN_CAP_LINK);
  }
  lan_pairing_confirm (self->pairing, request);
}

void
lan_engine_linking_cancel (LanEngine *engine)
{
  LanEngineLinking *self = engine->linking;

  if (self == NULL || self->close_us != 0)
    return;
  lan_pairing_cancel (self->pairing);
  while (lan_engine_linking_run (engine))
    ;
  lan_engine_linking_free (engine);
  tell_none (engine);
}

void
lan_engine_linking_on_device (LanEngine *engine, const guint8 *dh)
{
  if (engine->linking != NULL)
    lan_pairing_seen (engine->linking->pairing, dh);
}

void
lan_engine_linking_free (LanEngine *engine)
{
  LanEngineLinking *self = g_steal_pointer (&engine->linking);

  if (self == NULL)
    return;
  if (engine->links != NULL)
    lan_engine_linking_forget_code (self);
  if (engine->discovery != NULL)
    lan_engine_discovery_set_tag (engine, NULL);
  lan_engine_linking_drop_lane (self);
  lan_pairing_free (self->pairing);
  g_free (self->address);
  g_free (self->name);
  g_free (self);
}
