/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * Device lists and certificates. They are the accounts' own, signed by their keys; the server keeps
 * the newest, hands it out, and holds its own door by it.
 */
#include "lan-registry-private.h"

static LanRefusal
check_cert (LanRegistry *registry, const LanDeviceList *list, GBytes *bytes)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  const Device *known;
  LanHash hash;
  LanCert cert;

  if (lan_cert_verify (&cert, data, len) != LAN_STATUS_OK ||
      !lan_account_id_equal (&cert.account, &list->account))
    return LAN_REFUSAL_IDENTITY;
  lan_cert_hash (&hash, data, len);
  if (lan_device_list_check_cert (list, &cert.device, &hash) != LAN_STATUS_OK)
    return LAN_REFUSAL_IDENTITY;
  /* Nobody proves possession of a DH key by a certificate: it must not push its owner out. */
  known = g_hash_table_lookup (registry->keys, cert.dh_public);
  return known != NULL && !lan_device_id_equal (&known->id, &cert.device) ? LAN_REFUSAL_IDENTITY
                                                                          : LAN_REFUSAL_NONE;
}

LanRefusal
lan_registry_check_papers (LanRegistry *registry, const Account *account, GBytes *list,
                           GPtrArray *certs, LanDeviceList *out)
{
  gsize len, old_len;
  const guint8 *data = g_bytes_get_data (list, &len), *old;

  if (lan_device_list_verify (out, data, len) != LAN_STATUS_OK)
    return LAN_REFUSAL_IDENTITY;
  for (guint i = 0; i < certs->len; i++) {
    LanRefusal refusal = check_cert (registry, out, g_ptr_array_index (certs, i));

    if (refusal != LAN_REFUSAL_NONE)
      return refusal;
  }
  if (account == NULL || account->row.list == NULL ||
      !lan_account_id_equal (&account->row.account, &out->account))
    return LAN_REFUSAL_NONE;
  old = g_bytes_get_data (account->row.list, &old_len);
  return lan_device_list_check_successor (old, old_len, data, len) == LAN_STATUS_OK
             ? LAN_REFUSAL_NONE
             : LAN_REFUSAL_LIST;
}

static gsize
put_papers (LanRegistry *registry, guint64 request, const Account *account, gsize *len)
{
  Lanyard__Server__Papers papers = LANYARD__SERVER__PAPERS__INIT;
  LanServerFrame frame = LANYARD__SERVER__FRAME__INIT;
  ProtobufCBinaryData certs[LAN_DEVICE_LIST_MAX];
  gsize size;

  papers.request = request;
  papers.account = (ProtobufCBinaryData){ LAN_ACCOUNT_ID_BYTES, (guint8 *) account->row.account.b };
  papers.list.data = (guint8 *) g_bytes_get_data (account->row.list, &size);
  papers.list.len = size;
  papers.certs = certs;
  for (const Device *device = account->devices; device != NULL; device = device->next) {
    if (device->state != LAN_DEVICE_ACTIVE || device->cert == NULL ||
        papers.n_certs == G_N_ELEMENTS (certs))
      continue;
    certs[papers.n_certs].data = (guint8 *) g_bytes_get_data (device->cert, &size);
    certs[papers.n_certs++].len = size;
  }
  frame.body_case = LANYARD__SERVER__FRAME__BODY_PAPERS;
  frame.papers = &papers;
  return lan_registry_put (registry, &frame, len);
}

void
lan_registry_send_papers (LanRegistry *registry, Conn *conn, guint64 request,
                          const Account *account)
{
  gsize len, at = put_papers (registry, request, account, &len);

  lan_registry_push (registry, conn, at, len, FALSE);
}

/* To whoever watches the account, and to its own devices. */
void
lan_registry_tell_papers (LanRegistry *registry, const Account *account)
{
  gsize len, at;

  if (account->row.list == NULL)
    return;
  at = put_papers (registry, 0, account, &len);
  for (guint i = 0; account->watchers != NULL && i < account->watchers->len; i++)
    lan_registry_push (registry, g_array_index (account->watchers, Watcher, i).conn, at, len,
                       FALSE);
  for (const Device *device = account->devices; device != NULL; device = device->next) {
    for (Conn *conn = device->conns; conn != NULL; conn = conn->sibling)
      lan_registry_push (registry, conn, at, len, FALSE);
  }
}

void
lan_registry_on_papers_get (LanRegistry *registry, Conn *conn, const Lanyard__Server__PapersGet *m)
{
  for (gsize i = 0; i < m->n_accounts; i++) {
    const Account *account = g_hash_table_lookup (registry->accounts, m->accounts[i].data);

    if (account != NULL && account->row.list != NULL)
      lan_registry_send_papers (registry, conn, m->request, account);
  }
  lan_registry_done (registry, conn, m->request);
}

static void
papers_put (LanRegistry *registry, Mutation *m, LanRefusal refusal)
{
  if (refusal == LAN_REFUSAL_NONE)
    lan_mutation_apply_account (registry, m);
  if (m->conn->stage != STAGE_ONLINE)
    return;
  if (refusal == LAN_REFUSAL_NONE)
    lan_registry_done (registry, m->conn, m->number);
  else
    lan_registry_refuse (registry, m->conn, m->number, refusal,
                         refusal == LAN_REFUSAL_STORAGE ? LAN_REGISTRY_STORAGE_MS : 0);
}

/* When its turn has come: the account may have changed since. */
static LanRefusal
build_papers (LanRegistry *registry, Mutation *m, LanRegistryOp *op)
{
  const Account *account = g_hash_table_lookup (registry->uids, &m->uid);
  LanRefusal refusal;
  LanDeviceList list;

  refusal = lan_registry_check_papers (registry, account, m->list, m->certs, &list);
  if (refusal != LAN_REFUSAL_NONE)
    return refusal;
  if (!lan_account_id_equal (&list.account, &account->row.account))
    return LAN_REFUSAL_KEY_CONFLICT;
  lan_registry_account_row_copy (&m->row, &account->row);
  g_clear_pointer (&m->row.list, g_bytes_unref);
  m->row.list = g_bytes_ref (m->list);
  m->changes_row = TRUE;
  return lan_mutation_build_account (registry, m, op);
}

void
lan_registry_on_papers_put (LanRegistry *registry, Conn *conn, const Lanyard__Server__PapersPut *m)
{
  Mutation *mutation = lan_mutation_new (conn, m->request);

  mutation->uid = conn->device->account->row.uid;
  mutation->list = g_bytes_new (m->list.data, m->list.len);
  mutation->certs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  for (gsize i = 0; i < m->n_certs; i++)
    g_ptr_array_add (mutation->certs, g_bytes_new (m->certs[i].data, m->certs[i].len));
  mutation->build = build_papers;
  mutation->done = papers_put;
  lan_registry_mutate (registry, mutation);
}
