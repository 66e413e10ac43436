/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Linking a device: runs core's LanPairing over a lane of its own. The new device waits at the
 * listener under the code's secret and announces itself by a tag that follows from the code, so that
 * only who has the code recognises it; the old one looks for that tag, or goes where it is told.
 */
#include "lan-engine-devices.h"
#include "lan-engine-discovery.h"
#include "lan-engine-links-private.h"
#include "lan-engine-store.h"
#include "lan-pairing.h"
#include "lan-random-system.h"

#include <string.h>

#define RETRY_US   (1 * G_USEC_PER_SEC)
#define CLOSING_US (2 * G_USEC_PER_SEC) /* what the last word gets to be sent */
#define HINTS_MAX  LAN_LINK_CODE_HINTS_MAX

struct _LanEngineLinking {
  LanEngine *engine;
  LanPairing *pairing;
  LanChannel *lane;
  gboolean up;
  gboolean expected; /* the listener knows the code */
  char *name;        /* of this device */
  char *address;     /* old: where to look, may be NULL */
  gint64 close_us;   /* new, linked: the profile closes then; 0: no */
};

static void
enter (LanEngineLinking *self)
{
  lan_engine_read_clock (self->engine);
  lan_engine_touch (self->engine);
}

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

/* --- the lane --- */

static void
on_frame (LanChannel *lane, LanStream stream, const guint8 *frame, gsize len, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  lan_pairing_frame (self->pairing, frame, len, self->engine->now.mono_us);
}

static void wait_for_lane (LanEngineLinking *self);

static void
drop_lane (LanEngineLinking *self)
{
  g_clear_pointer (&self->lane, lan_channel_free);
  self->up = FALSE;
}

static void
on_closed (LanChannel *lane, LanCloseReason reason, const char *detail, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  g_info ("the lane to the other device closed: %s (%s)", lan_close_reason_name (reason),
          detail != NULL ? detail : "");
  drop_lane (self);
  lan_pairing_lane_down (self->pairing, self->engine->now.mono_us);
  if (self->close_us != 0)
    self->close_us = self->engine->now.mono_us;
  wait_for_lane (self);
}

static void
on_up (LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  self->up = TRUE;
  if (!lan_pairing_lane_up (self->pairing, peer->static_key, self->engine->now.mono_us))
    lan_channel_close (lane);
}

static const LanChannelEvents events = { on_up, on_frame, NULL, on_closed };

/* --- the new device: at the listener --- */

static void
on_lane (LanListener *listener, LanChannel *lane, const LanChannelPeer *peer, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  self->expected = FALSE;
  if (self->lane != NULL)
    drop_lane (self); /* the other side dials because it lost that one */
  self->lane = lane;
  lan_channel_set_events (lane, &events, self);
  on_up (lane, peer, self);
}

static void
forget_code (LanEngineLinking *self)
{
  guint8 id[LAN_LANE_ID_BYTES];

  lan_link_code_lane_id (lan_pairing_get_code (self->pairing), id);
  if (self->expected && self->engine->links->listener != NULL)
    lan_listener_unexpect (self->engine->links->listener, id);
  self->expected = FALSE;
}

static void
on_tried (LanListener *listener, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  if (!lan_pairing_tried (self->pairing))
    forget_code (self);
}

static void
on_proved (LanListener *listener, gpointer data)
{
  LanEngineLinking *self = data;

  enter (self);
  lan_pairing_proved (self->pairing);
}

static void
wait_for_lane (LanEngineLinking *self)
{
  LanListenerExpect expect = {
    .secret = { .kind = LAN_LANE_KIND_DEVICE, .pattern = LAN_LANE_PATTERN_XXPSK0 },
    .life_us = LAN_PAIRING_CONFIRM_US + LAN_LINK_CODE_LIFE_US,
    .lane = on_lane,
    .data = self,
    .tried = on_tried,
    .proved = on_proved,
  };

  if (!lan_pairing_is_new (self->pairing) || self->expected || self->close_us != 0 ||
      lan_pairing_get_state (self->pairing) == LAN_PAIRING_FAILED ||
      self->engine->links->listener == NULL)
    return;
  lan_link_code_lane_id (lan_pairing_get_code (self->pairing), expect.secret.lane_id);
  lan_link_code_psk (lan_pairing_get_code (self->pairing), expect.secret.psk);
  self->expected = lan_listener_expect (self->engine->links->listener, &expect);
  lan_secret_wipe (&expect, sizeof expect);
}

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
  wait_for_lane (self);
  lan_link_code_tag_secret (lan_pairing_get_code (self->pairing), secret);
  lan_engine_discovery_set_tag (engine, secret);
  lan_secret_wipe (secret, sizeof secret);
  tell (self);
}

/* --- the old device: looks for it --- */

static void
add_typed (GPtrArray *sockets, const char *text)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = NULL;
  guint16 port = LAN_LISTENER_PORT;
  GSocketAddress *socket;

  if (text[0] == '[') {
    const char *end = strchr (text, ']');

    if (end == NULL)
      return;
    host = g_strndup (text + 1, (gsize) (end - text - 1));
    if (end[1] == ':')
      port = (guint16) g_ascii_strtoull (end + 2, NULL, 10);
  } else if (colon != NULL && strchr (text, ':') == colon) {
    host = g_strndup (text, (gsize) (colon - text));
    port = (guint16) g_ascii_strtoull (colon + 1, NULL, 10);
  } else {
    host = g_strdup (text);
  }
  socket = lan_socket_address_parse (host, port);
  if (socket != NULL)
    g_ptr_array_add (sockets, socket);
}

static void
add_hints (GPtrArray *sockets, const LanLinkCode *code)
{
  for (guint i = 0; i < code->n_hints; i++) {
    g_autoptr (GInetAddress) ip = g_inet_address_new_from_bytes (
        code->hints[i].address,
        code->hints[i].family == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);

    g_ptr_array_add (sockets, g_inet_socket_address_new (ip, code->hints[i].port));
  }
}

static void
dial (LanEngineLinking *self)
{
  g_autoptr (GPtrArray) sockets = g_ptr_array_new_with_free_func (g_object_unref);
  const LanLinkCode *code = lan_pairing_get_code (self->pairing);
  LanLaneSecret secret = { .kind = LAN_LANE_KIND_DEVICE, .pattern = LAN_LANE_PATTERN_XXPSK0 };
  guint8 tag_secret[LAN_KEY_BYTES];

  if (self->address != NULL)
    add_typed (sockets, self->address);
  add_hints (sockets, code);
  lan_link_code_tag_secret (code, tag_secret);
  lan_engine_discovery_find_tag (self->engine, tag_secret, sockets);
  lan_secret_wipe (tag_secret, sizeof tag_secret);
  if (sockets->len == 0) {
    lan_pairing_lane_down (self->pairing, self->engine->now.mono_us); /* again in a moment */
    return;
  }
  lan_link_code_lane_id (code, secret.lane_id);
  lan_link_code_psk (code, secret.psk);
  self->lane = lan_tcp_lane_dial_secret (&self->engine->links->keys, &secret, sockets);
  lan_secret_wipe (&secret, sizeof secret);
  lan_channel_set_events (self->lane, &events, self);
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

#define SETTINGS_MAX 8

/* What a person chose about privacy holds on the new device from the first moment. */
static guint
collect_settings (LanEngine *engine, Lanyard__DeviceSetting *settings)
{
  lanyard__device_setting__init (&settings[0]);
  settings[0].key = (char *) "privacy.read-receipts";
  settings[0].value = (char *) (lan_core_get_read_receipts (engine->core) ? "1" : "0");
  lanyard__device_setting__init (&settings[1]);
  settings[1].key = (char *) "privacy.typing";
  settings[1].value = (char *) (lan_core_get_typing (engine->core) ? "1" : "0");
  return 2;
}

static void
grant (LanEngineLinking *self, GBytes *request)
{
  LanEngine *engine = self->engine;
  Lanyard__DeviceGrant body = LANYARD__DEVICE_GRANT__INIT;
  Lanyard__DeviceSetting settings[SETTINGS_MAX], *pointers[SETTINGS_MAX];
  ProtobufCBinaryData data[LAN_DEVICE_LIST_MAX];
  GBytes *certs[LAN_DEVICE_LIST_MAX];
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) cert = NULL;
  LanCert decoded;
  gsize len;

  if (engine->vault_busy ||
      !lan_vault_admit (engine->vault, request, engine->now.wall_ms, &cert, &error)) {
    lan_engine_notice (engine, "devices", "%s",
                       error != NULL ? error->message : "The passphrase is being changed");
    lan_pairing_granted (self->pairing, NULL, NULL,
                         error != NULL && error->code == LAN_NODE_ERROR_INVALID
                             ? LAN_PAIRING_FAIL_LIMIT
                             : LAN_PAIRING_FAIL_STORE);
    return;
  }
  lan_core_add_own_cert (engine->core, cert);
  if (lan_cert_decode (&decoded, g_bytes_get_data (cert, NULL), g_bytes_get_size (cert)) ==
      LAN_STATUS_OK)
    lan_core_name_device (engine->core, &decoded.device, lan_pairing_get_other_name (self->pairing),
                          &engine->now);
  lan_engine_new_identity (engine, FALSE);
  body.n_certs = lan_core_get_own_certs (engine->core, certs, LAN_DEVICE_LIST_MAX);
  for (guint i = 0; i < body.n_certs; i++) {
    data[i].data = (guint8 *) g_bytes_get_data (certs[i], &len);
    data[i].len = len;
  }
  body.certs = data;
  if (lan_pairing_get_full (self->pairing)) {
    body.seed.data = (guint8 *) lan_account_keys_seed (lan_vault_account (engine->vault));
    body.seed.len = LAN_KEY_BYTES;
  }
  body.n_settings = collect_settings (engine, settings);
  for (guint i = 0; i < body.n_settings; i++)
    pointers[i] = &settings[i];
  body.settings = pointers;
  lan_pairing_granted (self->pairing, lan_vault_list (engine->vault), &body, LAN_PAIRING_FAIL_NONE);
}

/* What the history needs to know the other devices by at the next start. */
static void
keep_rows (LanEngine *engine, const LanAccountId *account, const Lanyard__DeviceGrant *granted,
           const LanDeviceId *self, const char *name)
{
  g_autofree char *hex = lan_device_id_to_hex (self);
  g_autofree char *key = g_strconcat ("device.", hex, NULL);
  GPtrArray *changes = lan_changes_new ();
  LanChange *change = lan_changes_add (changes, LAN_CHANGE_PERSON);

  change->person.account = *account;
  change->person.name = g_strdup ("");
  change->person.trust = LAN_TRUST_VERIFIED;
  change->person.flags = LAN_PERSON_ACCEPTED;
  change->person.list = g_bytes_new (granted->list.data, granted->list.len);
  for (gsize i = 0; i < granted->n_certs; i++) {
    LanCert cert;

    if (lan_cert_verify (&cert, granted->certs[i].data, granted->certs[i].len) != LAN_STATUS_OK ||
        !lan_account_id_equal (&cert.account, account) || lan_device_id_equal (&cert.device, self))
      continue;
    change = lan_changes_add (changes, LAN_CHANGE_DEVICE);
    change->device.device = cert.device;
    change->device.account = *account;
    change->device.cert = g_bytes_new (granted->certs[i].data, granted->certs[i].len);
  }
  lan_engine_store_commit (engine->stores, LAN_BATCH_OF_NODE, 0, changes);
  lan_engine_store_put (engine->stores, "core", key, name, strlen (name));
  for (gsize i = 0; i < granted->n_settings; i++) {
    const Lanyard__DeviceSetting *setting = granted->settings[i];

    if (g_str_has_prefix (setting->key, "privacy."))
      lan_engine_store_put (engine->stores, "app", setting->key, setting->value,
                            strlen (setting->value));
    if (strcmp (setting->key, "privacy.read-receipts") == 0)
      lan_engine_store_put (engine->stores, "core", "read-receipts", setting->value, 1);
    else if (strcmp (setting->key, "privacy.typing") == 0)
      lan_engine_store_put (engine->stores, "core", "typing", setting->value, 1);
  }
}

static void
adopt (LanEngineLinking *self)
{
  LanEngine *engine = self->engine;
  const Lanyard__DeviceGrant *granted = lan_pairing_get_grant (self->pairing);
  const LanAccountId *account = lan_pairing_get_account (self->pairing);
  g_autoptr (LanDeviceKeys) device = lan_vault_device_for (engine->vault, account);
  g_autoptr (GBytes) list = g_bytes_new (granted->list.data, granted->list.len);
  g_autoptr (GBytes) own = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  for (gsize i = 0; i < granted->n_certs && own == NULL; i++) {
    LanCert cert;

    if (lan_cert_verify (&cert, granted->certs[i].data, granted->certs[i].len) == LAN_STATUS_OK &&
        lan_device_id_equal (&cert.device, lan_device_keys_id (device)))
      own = g_bytes_new (granted->certs[i].data, granted->certs[i].len);
  }
  ok = own != NULL && !engine->vault_busy &&
       lan_vault_adopt (engine->vault, list, own,
                        granted->seed.len == LAN_KEY_BYTES ? granted->seed.data : NULL, &error);
  if (ok)
    keep_rows (engine, account, granted, lan_device_keys_id (device), self->name);
  else
    lan_engine_notice (engine, "devices", "%s",
                       error != NULL ? error->message : "The keys cannot be changed now");
  lan_pairing_adopted (self->pairing, ok);
  if (ok)
    self->close_us = engine->now.mono_us + CLOSING_US;
}

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
      dial (self);
    break;
  case LAN_PAIRING_GRANT:
    grant (self, action->bytes);
    break;
  case LAN_PAIRING_ADOPT:
    adopt (self);
    break;
  case LAN_PAIRING_STATE:
    tell (self);
    if (lan_pairing_get_state (self->pairing) == LAN_PAIRING_FAILED) {
      forget_code (self);
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
    forget_code (self);
  if (engine->discovery != NULL)
    lan_engine_discovery_set_tag (engine, NULL);
  drop_lane (self);
  lan_pairing_free (self->pairing);
  g_free (self->address);
  g_free (self->name);
  g_free (self);
}
