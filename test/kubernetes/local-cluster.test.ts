import { expect, test } from 'vitest';
import { localCluster } from '../../src/kubernetes/local-cluster.js';

test("loads an image into a local cluster with that cluster's own tool", () => {
  expect(localCluster('kind-dev')?.load?.('f.tar')).toEqual([
    'kind',
    'load',
    'image-archive',
    'f.tar',
    '--name',
    'dev',
  ]);
  expect(localCluster('k3d-dev')?.load?.('f.tar')).toEqual(['k3d', 'image', 'import', 'f.tar', '-c', 'dev']);
  expect(localCluster('minikube')?.load?.('f.tar')).toEqual([
    'minikube',
    'image',
    'load',
    'f.tar',
    '--profile',
    'minikube',
  ]);
  expect(localCluster('docker-desktop')).toEqual({ kind: 'shared', load: undefined });
  expect(localCluster('arn:aws:eks:eu-west-1:1:cluster/prod')).toBeUndefined();
});
