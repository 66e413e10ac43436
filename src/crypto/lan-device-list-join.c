/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/* Two lists of one account that do not follow from each other, made on devices that did not meet. */
#include "lan-device-list.h"

#include <string.h>

gboolean
lan_device_list_covers (const LanDeviceList *newer, const LanDeviceList *older)
{
  for (guint i = 0; i < older->n_devices; i++) {
    const LanDeviceEntry *was = &older->devices[i];
    const LanDeviceEntry *is = lan_device_list_find (newer, &was->device);

    if (was->state == LAN_DEVICE_ACTIVE ? is == NULL : is != NULL && is->state == LAN_DEVICE_ACTIVE)
      return FALSE;
  }
  return TRUE;
}

/* Whose word about a certificate counts: the device's own, else that of the list made later. */
static const LanHash *
choose_cert (const LanDeviceEntry *a, const LanDeviceEntry *b, const LanDeviceId *a_owner,
             const LanDeviceId *b_owner, gboolean a_is_later)
{
  if (lan_device_id_equal (&a->device, a_owner))
    return &a->cert_hash;
  if (lan_device_id_equal (&a->device, b_owner))
    return &b->cert_hash;
  return a_is_later ? &a->cert_hash : &b->cert_hash;
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const LanDeviceEntry *x = a, *y = b;

  /* Revoked ones first: where there is no room, those go. */
  if (x->state != y->state)
    return x->state != LAN_DEVICE_ACTIVE ? -1 : 1;
  return lan_device_id_compare (&x->device, &y->device);
}

LanStatus
lan_device_list_join (const LanDeviceList *a, const LanHash *a_hash, const LanDeviceId *a_owner,
                      const LanDeviceList *b, const LanHash *b_hash, const LanDeviceId *b_owner,
                      LanDeviceList *out)
{
  LanDeviceEntry all[2 * LAN_DEVICE_LIST_MAX];
  gboolean a_is_later =
      a->time_s != b->time_s ? a->time_s > b->time_s : lan_hash_compare (a_hash, b_hash) > 0;
  guint n = 0, active = 0, first;

  if (!lan_account_id_equal (&a->account, &b->account))
    return LAN_STATUS_MISMATCH;
  for (guint i = 0; i < a->n_devices; i++) {
    const LanDeviceEntry *other = lan_device_list_find (b, &a->devices[i].device);

    all[n] = a->devices[i];
    if (other != NULL) {
      all[n].cert_hash = *choose_cert (&a->devices[i], other, a_owner, b_owner, a_is_later);
      if (other->state != LAN_DEVICE_ACTIVE)
        all[n].state = other->state;
    }
    n++;
  }
  for (guint i = 0; i < b->n_devices; i++) {
    if (lan_device_list_find (a, &b->devices[i].device) == NULL)
      all[n++] = b->devices[i];
  }
  for (guint i = 0; i < n; i++) {
    all[i].state = all[i].state == LAN_DEVICE_ACTIVE ? LAN_DEVICE_ACTIVE : LAN_DEVICE_REVOKED;
    active += all[i].state == LAN_DEVICE_ACTIVE;
  }
  if (active > LAN_DEVICE_LIST_MAX)
    return LAN_STATUS_LIMIT;
  qsort (all, n, sizeof all[0], compare_entries);
  first = n > LAN_DEVICE_LIST_MAX ? n - LAN_DEVICE_LIST_MAX : 0;
  memset (out, 0, sizeof *out);
  out->account = a->account;
  /* One number is left out, so that it is nobody's direct successor and both are let go of. */
  out->seq = MAX (a->seq, b->seq) + 2;
  out->time_s = MAX (a->time_s, b->time_s);
  out->previous = lan_hash_compare (a_hash, b_hash) > 0 ? *a_hash : *b_hash;
  out->n_devices = n - first;
  memcpy (out->devices, all + first, out->n_devices * sizeof all[0]);
  return LAN_STATUS_OK;
}

GBytes *
lan_device_list_settle (GBytes *ours, const LanDeviceId *self, GBytes *theirs,
                        const LanDeviceId *from, const LanAccountKeys *account)
{
  LanDeviceList mine, other, joined;
  LanHash mine_hash, other_hash;
  gsize mine_len, other_len;
  const guint8 *mine_data = g_bytes_get_data (ours, &mine_len);
  const guint8 *other_data = g_bytes_get_data (theirs, &other_len);

  if (lan_device_list_verify (&mine, mine_data, mine_len) != LAN_STATUS_OK ||
      lan_device_list_verify (&other, other_data, other_len) != LAN_STATUS_OK ||
      !lan_account_id_equal (&mine.account, &other.account))
    return NULL;
  if (other.seq <= mine.seq && lan_device_list_covers (&mine, &other) &&
      (other.seq < mine.seq || g_bytes_equal (ours, theirs)))
    return g_bytes_ref (ours);
  if (lan_device_list_check_successor (mine_data, mine_len, other_data, other_len) ==
          LAN_STATUS_OK &&
      lan_device_list_covers (&other, &mine))
    return g_bytes_ref (theirs);
  if (account == NULL)
    return NULL;
  lan_device_list_hash (&mine_hash, mine_data, mine_len);
  lan_device_list_hash (&other_hash, other_data, other_len);
  if (lan_device_list_join (&mine, &mine_hash, self, &other, &other_hash, from, &joined) !=
      LAN_STATUS_OK)
    return NULL;
  return lan_device_list_issue (&joined, account);
}
