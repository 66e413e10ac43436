/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-secret-slab.h"

#include "lan-crypto.h"

#include <sodium.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define SLOTS 1
#else
#define SLOTS 32
#endif
#define EMPTY_MAX (SLOTS > 1 ? 2 : 0) /* blocks kept for the next ones */

/* In front of each secret: the block it lies in. */
typedef struct {
  LanSecretBlock *block;
  gpointer next; /* free slots of the block */
} Slot;

/* Not secret, so not in guarded memory. */
struct _LanSecretBlock {
  LanSecretBlock *next, *before; /* of the slab's list, while it has room */
  guint8 *memory;
  Slot *free;
  guint used;
};

static gsize
slot_size (const LanSecretSlab *slab)
{
  return sizeof (Slot) + (slab->size + 15) / 16 * 16;
}

static void
link_block (LanSecretSlab *slab, LanSecretBlock *block)
{
  block->before = NULL;
  block->next = slab->blocks;
  if (block->next != NULL)
    block->next->before = block;
  slab->blocks = block;
}

static void
unlink_block (LanSecretSlab *slab, LanSecretBlock *block)
{
  if (block->before != NULL)
    block->before->next = block->next;
  else
    slab->blocks = block->next;
  if (block->next != NULL)
    block->next->before = block->before;
}

static void
add_block (LanSecretSlab *slab)
{
  LanSecretBlock *block = g_new0 (LanSecretBlock, 1);

  lan_crypto_init ();
  block->memory = sodium_malloc (SLOTS * slot_size (slab));
  if (block->memory == NULL)
    g_error ("no memory for a key");
  memset (block->memory, 0, SLOTS * slot_size (slab));
  for (guint i = 0; i < SLOTS; i++) {
    Slot *slot = (Slot *) (gpointer) (block->memory + i * slot_size (slab));

    slot->block = block;
    slot->next = block->free;
    block->free = slot;
  }
  slab->empty++;
  link_block (slab, block);
}

gpointer
lan_secret_slab_take (LanSecretSlab *slab)
{
  LanSecretBlock *block;
  Slot *slot;

  g_mutex_lock (&slab->lock);
  if (slab->blocks == NULL)
    add_block (slab);
  block = slab->blocks;
  slot = block->free;
  block->free = slot->next;
  slot->next = NULL;
  if (block->used++ == 0)
    slab->empty--;
  if (block->free == NULL)
    unlink_block (slab, block);
  g_mutex_unlock (&slab->lock);
  return slot + 1;
}

void
lan_secret_slab_give (LanSecretSlab *slab, gpointer secret)
{
  Slot *slot = secret;
  LanSecretBlock *block;

  if (secret == NULL)
    return;
  slot--;
  sodium_memzero (secret, slab->size);
  g_mutex_lock (&slab->lock);
  block = slot->block;
  if (block->free == NULL)
    link_block (slab, block);
  slot->next = block->free;
  block->free = slot;
  if (--block->used == 0 && ++slab->empty > EMPTY_MAX) {
    slab->empty--;
    unlink_block (slab, block);
    sodium_free (block->memory);
    g_free (block);
  }
  g_mutex_unlock (&slab->lock);
}
