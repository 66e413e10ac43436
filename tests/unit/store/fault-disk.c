/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "fault-disk.h"

#include <string.h>

#define SECTOR_BYTES 512

/* A file's bytes, apart from its name: it may be removed and made anew. */
typedef struct {
  char *name;
  GByteArray *data;
  gboolean is_dir_synced; /* its first sync has synced the folder too, as SQLite's unix VFS does */
} Node;

typedef struct {
  FaultOpType type;
  guint node;
  guint64 offset;        /* WRITE: where; TRUNCATE: the new size */
  GBytes *data;          /* WRITE */
  gboolean syncs_folder; /* DELETE */
} Op;

struct _FaultDisk {
  sqlite3_vfs base;
  GPtrArray *nodes;  /* of Node, by number, never removed */
  GHashTable *names; /* char* to number + 1 */
  GArray *ops;       /* of Op */
  FaultOpType fail_type;
  guint fail_after;
  int fail_code;
};

typedef struct {
  sqlite3_file base;
  FaultDisk *disk;
  guint node;
  gboolean delete_on_close;
} File;

static void
node_free (gpointer data)
{
  Node *node = data;

  g_byte_array_unref (node->data);
  g_free (node->name);
  g_free (node);
}

static void
op_clear (gpointer data)
{
  g_clear_pointer (&((Op *) data)->data, g_bytes_unref);
}

static guint
add_node (FaultDisk *disk, const char *name)
{
  Node *node = g_new0 (Node, 1);

  node->name = g_strdup (name);
  node->data = g_byte_array_new ();
  g_ptr_array_add (disk->nodes, node);
  g_hash_table_replace (disk->names, g_strdup (name), GUINT_TO_POINTER (disk->nodes->len));
  return disk->nodes->len - 1;
}

static gboolean
find_node (FaultDisk *disk, const char *name, guint *node)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (disk->names, name));

  *node = found - 1;
  return found != 0;
}

static void
log_op (FaultDisk *disk, FaultOpType type, guint node, guint64 offset, const void *data, gsize len)
{
  Op op = { type, node, offset, data != NULL ? g_bytes_new (data, len) : NULL, FALSE };

  g_array_append_val (disk->ops, op);
}

static void
write_bytes (GByteArray *to, guint64 offset, const guint8 *data, gsize len, guint8 filling)
{
  gsize end = (gsize) offset + len;
  gsize old = to->len;

  if (end > old) {
    g_byte_array_set_size (to, (guint) end);
    if (offset > old)
      memset (to->data + old, filling, (gsize) offset - old);
  }
  if (len > 0)
    memcpy (to->data + offset, data, len);
}

static void
truncate_bytes (GByteArray *to, guint64 size)
{
  if (size < to->len)
    g_byte_array_set_size (to, (guint) size);
  else
    write_bytes (to, size, NULL, 0, 0);
}

static GByteArray *
bytes_of (File *file)
{
  return ((Node *) file->disk->nodes->pdata[file->node])->data;
}

static gboolean
must_fail (FaultDisk *disk, FaultOpType type)
{
  if (disk->fail_type != type || disk->fail_after == G_MAXUINT)
    return FALSE;
  if (disk->fail_after == 0)
    return TRUE;
  disk->fail_after--;
  return FALSE;
}

static int
file_close (sqlite3_file *base)
{
  File *file = (File *) base;

  if (file->delete_on_close)
    g_hash_table_remove (file->disk->names, ((Node *) file->disk->nodes->pdata[file->node])->name);
  return SQLITE_OK;
}

static int
file_read (sqlite3_file *base, void *out, int amount, sqlite3_int64 offset)
{
  GByteArray *data = bytes_of ((File *) base);
  gsize there = (guint64) offset < data->len ? data->len - (gsize) offset : 0;
  gsize step = MIN (there, (gsize) amount);

  if (step > 0)
    memcpy (out, data->data + offset, step);
  if (step == (gsize) amount)
    return SQLITE_OK;
  memset ((guint8 *) out + step, 0, (gsize) amount - step);
  return SQLITE_IOERR_SHORT_READ;
}

static int
file_write (sqlite3_file *base, const void *data, int amount, sqlite3_int64 offset)
{
  File *file = (File *) base;
  gboolean fails = must_fail (file->disk, FAULT_OP_WRITE);
  gsize len = fails ? (gsize) amount / 2 : (gsize) amount;

  write_bytes (bytes_of (file), (guint64) offset, data, len, 0);
  log_op (file->disk, FAULT_OP_WRITE, file->node, (guint64) offset, data, len);
  return fails ? file->disk->fail_code : SQLITE_OK;
}

static int
file_truncate (sqlite3_file *base, sqlite3_int64 size)
{
  File *file = (File *) base;

  truncate_bytes (bytes_of (file), (guint64) size);
  log_op (file->disk, FAULT_OP_TRUNCATE, file->node, (guint64) size, NULL, 0);
  return SQLITE_OK;
}

static int
file_sync (sqlite3_file *base, int flags)
{
  File *file = (File *) base;

  if (must_fail (file->disk, FAULT_OP_SYNC))
    return file->disk->fail_code;
  log_op (file->disk, FAULT_OP_SYNC, file->node, 0, NULL, 0);
  return SQLITE_OK;
}

static int
file_size (sqlite3_file *base, sqlite3_int64 *size)
{
  *size = bytes_of ((File *) base)->len;
  return SQLITE_OK;
}

static int
file_lock (sqlite3_file *base, int level)
{
  return SQLITE_OK;
}

static int
file_check_reserved_lock (sqlite3_file *base, int *out)
{
  *out = 0;
  return SQLITE_OK;
}

static int
file_control (sqlite3_file *base, int op, void *arg)
{
  return SQLITE_NOTFOUND;
}

static int
file_sector_size (sqlite3_file *base)
{
  return SECTOR_BYTES;
}

static int
file_device_characteristics (sqlite3_file *base)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static const sqlite3_io_methods file_methods = {
  .iVersion = 1,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_lock,
  .xCheckReservedLock = file_check_reserved_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_device_characteristics,
};

static int
disk_open (sqlite3_vfs *base, sqlite3_filename name, sqlite3_file *opened, int flags,
           int *out_flags)
{
  FaultDisk *disk = (FaultDisk *) base;
  g_autofree char *temporary = g_strdup_printf ("temporary-%u", disk->nodes->len);
  File *file = (File *) opened;
  guint node;

  if (name == NULL)
    name = temporary;
  if (!find_node (disk, name, &node)) {
    if ((flags & SQLITE_OPEN_CREATE) == 0)
      return SQLITE_CANTOPEN;
    node = add_node (disk, name);
    log_op (disk, FAULT_OP_CREATE, node, 0, NULL, 0);
  }
  *file = (File){ { &file_methods }, disk, node, (flags & SQLITE_OPEN_DELETEONCLOSE) != 0 };
  if (out_flags != NULL)
    *out_flags = flags;
  return SQLITE_OK;
}

static int
disk_delete (sqlite3_vfs *base, const char *name, int sync_folder)
{
  FaultDisk *disk = (FaultDisk *) base;
  guint node;

  if (!find_node (disk, name, &node))
    return SQLITE_IOERR_DELETE_NOENT;
  g_hash_table_remove (disk->names, name);
  log_op (disk, FAULT_OP_DELETE, node, 0, NULL, 0);
  g_array_index (disk->ops, Op, disk->ops->len - 1).syncs_folder = sync_folder != 0;
  return SQLITE_OK;
}

/* Like SQLite's unix VFS: an empty file does not exist. */
static int
disk_access (sqlite3_vfs *base, const char *name, int flags, int *out)
{
  FaultDisk *disk = (FaultDisk *) base;
  guint node;

  *out = find_node (disk, name, &node) && ((Node *) disk->nodes->pdata[node])->data->len > 0;
  return SQLITE_OK;
}

static int
disk_full_pathname (sqlite3_vfs *base, const char *name, int size, char *out)
{
  g_strlcpy (out, name, (gsize) size);
  return SQLITE_OK;
}

static int
disk_randomness (sqlite3_vfs *base, int size, char *out)
{
  memset (out, 7, (gsize) size);
  return size;
}

static int
disk_sleep (sqlite3_vfs *base, int us)
{
  return us;
}

static int
disk_current_time (sqlite3_vfs *base, double *out)
{
  *out = 2460000.5;
  return SQLITE_OK;
}

FaultDisk *
fault_disk_new (const char *name)
{
  FaultDisk *disk = g_new0 (FaultDisk, 1);

  disk->nodes = g_ptr_array_new_with_free_func (node_free);
  disk->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  disk->ops = g_array_new (FALSE, TRUE, sizeof (Op));
  g_array_set_clear_func (disk->ops, op_clear);
  disk->fail_after = G_MAXUINT;
  disk->base.iVersion = 1;
  disk->base.szOsFile = sizeof (File);
  disk->base.mxPathname = 512;
  disk->base.zName = g_strdup (name);
  disk->base.xOpen = disk_open;
  disk->base.xDelete = disk_delete;
  disk->base.xAccess = disk_access;
  disk->base.xFullPathname = disk_full_pathname;
  disk->base.xRandomness = disk_randomness;
  disk->base.xSleep = disk_sleep;
  disk->base.xCurrentTime = disk_current_time;
  sqlite3_vfs_register (&disk->base, 0);
  return disk;
}

void
fault_disk_free (FaultDisk *disk)
{
  if (disk == NULL)
    return;
  sqlite3_vfs_unregister (&disk->base);
  g_array_unref (disk->ops);
  g_hash_table_unref (disk->names);
  g_ptr_array_unref (disk->nodes);
  g_free ((char *) disk->base.zName);
  g_free (disk);
}

guint
fault_disk_n_ops (FaultDisk *disk)
{
  return disk->ops->len;
}

guint
fault_disk_count (FaultDisk *disk, FaultOpType type)
{
  guint n = 0;

  for (guint i = 0; i < disk->ops->len; i++)
    n += g_array_index (disk->ops, Op, i).type == type;
  return n;
}

/* TRUE: this piece of an unsynced operation made it. */
static gboolean
survives (FaultCrash how, GRand *rand)
{
  return how == FAULT_CRASH_KEEP_ALL || (how != FAULT_CRASH_DROP_ALL && g_rand_boolean (rand));
}

static void
apply_write (GByteArray *to, const Op *op, FaultCrash how, GRand *rand, guint8 filling)
{
  gsize len;
  const guint8 *data = g_bytes_get_data (op->data, &len);

  if (how != FAULT_CRASH_TORN) {
    if (survives (how, rand))
      write_bytes (to, op->offset, data, len, filling);
    return;
  }
  for (gsize at = 0; at < len;) {
    gsize step = SECTOR_BYTES - (gsize) ((op->offset + at) % SECTOR_BYTES);

    step = MIN (step, len - at);
    if (survives (how, rand))
      write_bytes (to, op->offset + at, data + at, step, filling);
    at += step;
  }
}

static void
apply_op (FaultDisk *to, const Op *op, FaultCrash how, GRand *rand, guint8 filling)
{
  Node *node = to->nodes->pdata[op->node];

  switch (op->type) {
  case FAULT_OP_WRITE:
    apply_write (node->data, op, how, rand, filling);
    break;
  case FAULT_OP_TRUNCATE:
    if (survives (how, rand))
      truncate_bytes (node->data, op->offset);
    break;
  case FAULT_OP_CREATE:
    if (survives (how, rand))
      g_hash_table_replace (to->names, g_strdup (node->name), GUINT_TO_POINTER (op->node + 1));
    break;
  case FAULT_OP_DELETE:
    if (survives (how, rand))
      g_hash_table_remove (to->names, node->name);
    break;
  case FAULT_OP_SYNC:
  default:
    break;
  }
}

static gboolean
is_name_op (const Op *op)
{
  return op->type == FAULT_OP_CREATE || op->type == FAULT_OP_DELETE;
}

/* Carries out what waits in @pending for @node (bytes) or for the folder (names). */
static void
settle (FaultDisk *from, FaultDisk *to, GArray *pending, gboolean names, guint node)
{
  for (guint i = 0; i < pending->len;) {
    const Op *op = &g_array_index (from->ops, Op, g_array_index (pending, guint, i));

    if (names ? is_name_op (op) : !is_name_op (op) && op->node == node) {
      apply_op (to, op, FAULT_CRASH_KEEP_ALL, NULL, 0);
      g_array_remove_index (pending, i);
    } else {
      i++;
    }
  }
}

void
fault_disk_crash (FaultDisk *from, guint n_ops, FaultCrash how, guint32 seed, FaultDisk *to)
{
  g_autoptr (GArray) pending = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_assert (to->nodes->len == 0);
  for (guint i = 0; i < from->nodes->len; i++)
    add_node (to, ((Node *) from->nodes->pdata[i])->name);
  g_hash_table_remove_all (to->names);

  for (guint i = 0; i < n_ops; i++) {
    const Op *op = &g_array_index (from->ops, Op, i);
    Node *node = to->nodes->pdata[op->node];

    if (op->type != FAULT_OP_SYNC) {
      g_array_append_val (pending, i);
    } else {
      settle (from, to, pending, FALSE, op->node);
      if (!node->is_dir_synced)
        settle (from, to, pending, TRUE, 0);
      node->is_dir_synced = TRUE;
    }
    if (op->type == FAULT_OP_DELETE && op->syncs_folder)
      settle (from, to, pending, TRUE, 0);
  }
  for (guint i = 0; i < pending->len; i++)
    apply_op (to, &g_array_index (from->ops, Op, g_array_index (pending, guint, i)), how, rand,
              seed & 1 ? 0xa5 : 0);
}

void
fault_disk_fail_after (FaultDisk *disk, FaultOpType type, guint n, int code)
{
  disk->fail_type = type;
  disk->fail_after = n;
  disk->fail_code = code;
}

gboolean
fault_disk_shows (FaultDisk *disk, const char *text)
{
  for (guint i = 0; i < disk->ops->len; i++) {
    const Op *op = &g_array_index (disk->ops, Op, i);
    gsize len = 0;
    gconstpointer data = op->data != NULL ? g_bytes_get_data (op->data, &len) : NULL;

    if (data != NULL && memmem (data, len, text, strlen (text)) != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
fault_disk_flip (FaultDisk *disk, const char *name, gsize offset, guint bit)
{
  GByteArray *data;
  guint node;

  if (!find_node (disk, name, &node))
    return FALSE;
  data = ((Node *) disk->nodes->pdata[node])->data;
  if (offset >= data->len)
    return FALSE;
  data->data[offset] ^= (guint8) (1u << bit);
  return TRUE;
}

void
fault_disk_put (FaultDisk *disk, const char *name, const guint8 *data, gsize len)
{
  GByteArray *to;
  guint node;

  if (!find_node (disk, name, &node))
    node = add_node (disk, name);
  to = ((Node *) disk->nodes->pdata[node])->data;
  g_byte_array_set_size (to, 0);
  g_byte_array_append (to, data, (guint) len);
}

GByteArray *
fault_disk_dup (FaultDisk *disk, const char *name)
{
  GByteArray *copy;
  guint node;

  if (!find_node (disk, name, &node))
    return NULL;
  copy = g_byte_array_new ();
  g_byte_array_append (copy, ((Node *) disk->nodes->pdata[node])->data->data,
                       ((Node *) disk->nodes->pdata[node])->data->len);
  return copy;
}
