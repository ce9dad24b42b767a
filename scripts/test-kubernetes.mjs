// Tests the manifests with the real kubectl and helm, and against the schemas of Kubernetes.
//
//   node scripts/test-kubernetes.mjs [arguments of vitest]
import { runVitestWith } from './testing/cran-library.mjs';
import { kubernetesTools } from './testing/kubernetes-tools.mjs';

const tools = kubernetesTools();
if ('absent' in tools) console.log(`Skipped: kubectl and helm are not to be had (${tools.absent}).`);
else
  runVitestWith(['test/kubernetes/tools', ...process.argv.slice(2)], {
    PENSTOCK_TEST_KUBERNETES: tools.folder,
  });
