// What ali-oss and @alicloud/pop-core do with the embedded IMS and OSS. One JSON object a line: {name, outcome, text}.
'use strict';

const OSS = require('ali-oss');
const Core = require('@alicloud/pop-core');

const endpoint = `http://${process.env.OFFICIAL_HOST}`;
const key = { accessKeyId: 'local', accessKeySecret: 'local' };
const role = 'acs:ram::1234567890123456:role/uploader';

function makeStore(options) {
  return new OSS({ ...key, endpoint, region: 'oss-cn-shanghai', bucket: 'local-media', ...options });
}

async function assume(policy) {
  const sts = new OSS.STS(key);
  sts.options.endpoint = endpoint;
  return (await sts.assumeRole(role, policy, 900, 'official')).credentials;
}

function withCredentials(given) {
  return {
    accessKeyId: given.AccessKeyId,
    accessKeySecret: given.AccessKeySecret,
    stsToken: given.SecurityToken,
  };
}

function expect(found, wanted) {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) {
    throw new Error(`found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
  }
}

async function codeOf(call) {
  try {
    await call();
  } catch (error) {
    return error.code;
  }
  return 'not refused';
}

const cases = {};

for (const method of ['GET', 'POST']) {
  cases[`pop-core: IMS by ${method}`] = async () => {
    const core = new Core({ ...key, endpoint, apiVersion: '2020-11-09' });
    const answer = await core.request('ListMediaBasicInfos', { MaxResults: 5 }, { method });
    expect(answer.MaxResults, 5);
  };
}

cases['pop-core: a wrong secret'] = async () => {
  const core = new Core({ ...key, accessKeySecret: 'wrong', endpoint, apiVersion: '2020-11-09' });
  expect(await codeOf(() => core.request('ListMediaBasicInfos', {}, { method: 'POST' })), 'SignatureDoesNotMatch');
};

cases['pop-core: who calls'] = async () => {
  const core = new Core({ ...key, endpoint, apiVersion: '2015-04-01' });
  expect((await core.request('GetCallerIdentity', {}, { method: 'POST' })).IdentityType, 'Account');
};

cases['ali-oss STS: a role without a policy'] = async () => {
  const store = makeStore(withCredentials(await assume()));
  await store.put('official/by-role', Buffer.from('x'));
};

cases['ali-oss STS: a role with a policy'] = async () => {
  const statement = { Effect: 'Allow', Action: ['oss:PutObject'], Resource: ['acs:oss:*:*:local-media/official/*'] };
  const store = makeStore(withCredentials(await assume({ Version: '1', Statement: [statement] })));
  await store.put('official/narrow', Buffer.from('x'));
  expect(await codeOf(() => store.get('official/narrow')), 'AccessDenied');
  expect(await codeOf(() => store.put('elsewhere', Buffer.from('x'))), 'AccessDenied');
};

for (const authorizationV4 of [false, true]) {
  const version = authorizationV4 ? 'V4' : 'V1';
  const store = makeStore({ authorizationV4 });

  cases[`ali-oss ${version}: an object comes back`] = async () => {
    const name = 'official/\u4e2d a+b.txt';
    await store.put(name, Buffer.from('content'), { meta: { one: '1' } });
    const got = await store.get(name);
    expect([got.content.toString(), got.res.headers['x-oss-meta-one']], ['content', '1']);
    await store.delete(name);
    expect(await codeOf(() => store.get(name)), 'NoSuchKey');
  };

  cases[`ali-oss ${version}: parts make an object`] = async () => {
    const content = Buffer.alloc(250 * 1024, 'x');
    await store.multipartUpload('official/parts', content, { partSize: 100 * 1024 });
    expect((await store.head('official/parts')).res.headers['content-length'], String(content.length));
  };

  cases[`ali-oss ${version}: pages`] = async () => {
    const prefix = `official/pages-${version}/`;
    for (let number = 0; number < 5; number += 1) await store.put(`${prefix}${number}`, Buffer.from(''));
    const first = await store.listV2({ prefix, 'max-keys': '3' });
    const second = await store.listV2({ prefix, 'max-keys': '3', 'continuation-token': first.nextContinuationToken });
    expect([first.objects.length, second.objects.length], [3, 2]);
  };
}

(async () => {
  for (const [name, run] of Object.entries(cases)) {
    let outcome = 'passed';
    let text = '';
    try {
      await run();
    } catch (error) {
      outcome = 'failed';
      text = `${error.code || error.name}: ${error.message}`;
    }
    process.stdout.write(`${JSON.stringify({ name, outcome, text })}\n`);
  }
})();
