/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-picture-box.h"

#include "lan-media-packet.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLACES      3
#define HEAD_BYTES  4096
#define PLACE_BYTES ((gsize) LAN_PICTURE_AREA_MAX * 3 / 2 + 2 * LAN_PICTURE_SIDE_MAX)
#define BOX_BYTES   (HEAD_BYTES + PLACES * PLACE_BYTES)
#define TRIES       8

typedef struct {
  _Atomic guint32 sequence; /* odd: it is being written */
  _Atomic guint32 width, height;
} Place;

typedef struct {
  _Atomic guint32 serial; /* of the newest; 0: none */
  Place places[PLACES];
} Head;

struct _LanPictureBox {
  gatomicrefcount refs;
  int fd;
  Head *head;
  guint32 next; /* the writer's: serial of the next picture */
};

static LanPictureBox *
map (int fd)
{
  void *at = mmap (NULL, BOX_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  LanPictureBox *box;

  if (at == MAP_FAILED) {
    close (fd);
    return NULL;
  }
  box = g_new0 (LanPictureBox, 1);
  g_atomic_ref_count_init (&box->refs);
  box->fd = fd;
  box->head = at;
  box->next = atomic_load (&box->head->serial) + 1;
  return box;
}

LanPictureBox *
lan_picture_box_new (void)
{
  int fd = memfd_create ("lanyard-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0)
    return NULL;
  if (ftruncate (fd, (off_t) BOX_BYTES) != 0 ||
      fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    close (fd);
    return NULL;
  }
  return map (fd);
}

LanPictureBox *
lan_picture_box_open (int fd)
{
  struct stat st;

  if (fstat (fd, &st) != 0)
    return NULL;
  if (st.st_size != (off_t) BOX_BYTES) {
    close (fd);
    return NULL;
  }
  return map (fd);
}

LanPictureBox *
lan_picture_box_ref (LanPictureBox *box)
{
  g_atomic_ref_count_inc (&box->refs);
  return box;
}

void
lan_picture_box_unref (LanPictureBox *box)
{
  if (box == NULL || !g_atomic_ref_count_dec (&box->refs))
    return;
  munmap (box->head, BOX_BYTES);
  close (box->fd);
  g_free (box);
}

int
lan_picture_box_get_fd (const LanPictureBox *box)
{
  return box->fd;
}

static guint8 *
bytes_of (const LanPictureBox *box, guint32 serial)
{
  return (guint8 *) box->head + HEAD_BYTES + (serial % PLACES) * PLACE_BYTES;
}

gboolean
lan_picture_box_write (LanPictureBox *box, const LanPictureImage *image)
{
  Place *place = &box->head->places[box->next % PLACES];
  guint32 sequence = atomic_load (&place->sequence) | 1;
  LanPictureImage out;

  if (!lan_picture_size_is_good (image->width, image->height))
    return FALSE;
  lan_picture_image_init (&out, bytes_of (box, box->next), image->width, image->height);
  atomic_store (&place->sequence, sequence);
  atomic_thread_fence (memory_order_seq_cst);
  lan_picture_image_shrink (image, &out);
  atomic_store (&place->width, image->width);
  atomic_store (&place->height, image->height);
  atomic_thread_fence (memory_order_seq_cst);
  atomic_store (&place->sequence, sequence + 1);
  atomic_store (&box->head->serial, box->next);
  box->next = MAX (box->next + 1, 1);
  return TRUE;
}

void
lan_picture_box_clear (LanPictureBox *box)
{
  atomic_store (&box->head->serial, 0);
}

guint32
lan_picture_box_serial (const LanPictureBox *box)
{
  return atomic_load (&box->head->serial);
}

/* NULL: it was written meanwhile, or is of no size that is shown. */
static guint8 *
copy (LanPictureBox *box, guint32 serial, guint *width, guint *height)
{
  Place *place = &box->head->places[serial % PLACES];
  guint32 sequence = atomic_load (&place->sequence);
  guint8 *bytes;

  *width = atomic_load (&place->width);
  *height = atomic_load (&place->height);
  if (sequence % 2 != 0 || !lan_picture_size_is_good (*width, *height))
    return NULL;
  bytes = g_memdup2 (bytes_of (box, serial), lan_picture_image_bytes (*width, *height));
  atomic_thread_fence (memory_order_seq_cst);
  if (atomic_load (&place->sequence) == sequence)
    return bytes;
  g_free (bytes);
  return NULL;
}

guint8 *
lan_picture_box_read (LanPictureBox *box, guint *width, guint *height)
{
  for (guint i = 0; i < TRIES; i++) {
    guint32 serial = lan_picture_box_serial (box);
    guint8 *bytes = serial != 0 ? copy (box, serial, width, height) : NULL;

    if (bytes != NULL || serial == 0)
      return bytes;
  }
  return NULL;
}
