/*
 * QTest testcase for idxd-dsa and intel-iommu: options that contradict each
 * other, or what the machine can do, are refused with a sentence that says so
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqtest.h"

typedef struct Case {
    const char *name;
    const char *options;
    const char *message;    /* NULL: it is accepted */
} Case;

static const Case cases[] = {
    { "nothing", "-device intel-iommu,x-svm=on -device idxd-dsa", NULL },
    { "needs-given",
      "-device intel-iommu,x-svm=on,x-scalable-mode=on,x-flts=on,"
      "x-pasid-mode=on,device-iotlb=on -device idxd-dsa", NULL },
    { "no-svm", "-device intel-iommu,x-flts=off,device-iotlb=off", NULL },
    { "scalable-mode", "-device intel-iommu,x-svm=on,x-scalable-mode=off",
      "x-svm=on cannot be selected with x-scalable-mode=off" },
    { "flts", "-device intel-iommu,x-svm=on,x-flts=off",
      "x-svm=on cannot be selected with x-flts=off" },
    { "pasid-mode", "-device intel-iommu,x-svm=on,x-pasid-mode=off",
      "x-svm=on cannot be selected with x-pasid-mode=off" },
    { "device-iotlb", "-device intel-iommu,x-svm=on,device-iotlb=off",
      "x-svm=on cannot be selected with device-iotlb=off" },
    { "caching-mode", "-device intel-iommu,x-svm=on,caching-mode=on",
      "x-svm=on cannot be selected with caching-mode=on" },
    { "dma-translation", "-device intel-iommu,x-svm=on,dma-translation=off",
      "x-svm=on cannot be selected with dma-translation=off" },
    { "record", "-icount shift=0,rr=record,rrfile=/dev/null -device idxd-dsa",
      "Record/replay is not supported with idxd-dsa" },
};

/* Without a message QEMU gets as far as its monitor, and quits there */
static void test_case(gconstpointer data)
{
    const Case *c = data;
    g_autofree char *command =
        g_strdup_printf("echo quit | %s -machine q35 -accel %s -nodefaults"
                        " -display none -S -monitor stdio %s 2>&1",
                        getenv("QTEST_QEMU_BINARY"),
                        strstr(c->options, "icount") ? "tcg" : "qtest",
                        c->options);
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    g_autofree char *output = NULL;
    int status;

    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT,
                               NULL, NULL, &output, NULL, &status, NULL));
    if (c->message) {
        g_assert_nonnull(strstr(output, c->message));
        g_assert_cmpint(status, !=, 0);
    } else {
        g_assert_null(strstr(output, "cannot"));
        g_assert_cmpint(status, ==, 0);
    }
}

int main(int argc, char **argv)
{
    unsigned i;

    g_test_init(&argc, &argv, NULL);

    for (i = 0; i < ARRAY_SIZE(cases); i++) {
        g_autofree char *path = g_strdup_printf("idxd/refuse/%s",
                                                cases[i].name);

        qtest_add_data_func(path, &cases[i], test_case);
    }

    return g_test_run();
}
