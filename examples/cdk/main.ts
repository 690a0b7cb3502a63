/**
 * A platform of three environments and a dozen services, declared in TypeScript.
 *
 *     keywright plan --app "sh synth.sh"      without Terraform
 *     cdktf plan                              with it, from the root of the repository
 *
 * In a folder of its own: npm install keywright cdktf constructs @cdktf/provider-null esbuild
 *
 * With Terraform, two consumers are rolled out anew whenever their key has a new version.
 */
import { Resource as NullResource } from '@cdktf/provider-null/lib/resource/index.js';
import { NullProvider } from '@cdktf/provider-null/lib/provider/index.js';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import {
  Duration,
  Environment,
  Policies,
  Role,
  Service,
  Sink,
  Team,
  TeamRole,
  TenantRole,
  User,
} from 'keywright/constructs';

/** What each service may do with the data of its environment. */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  billing: ['spaces:read', 'invoices:read'],
  checkout: ['spaces:read', 'orders:write'],
  crm: ['guests:read'],
  export: ['spaces:read', 'workbooks:read'],
  import: ['spaces:write', 'workbooks:write'],
  ledger: ['invoices:read', 'invoices:write'],
  mailer: ['guests:read', 'events:read'],
  reports: ['spaces:read', 'events:read'],
  search: ['spaces:read', 'workbooks:read'],
  shipping: ['orders:read'],
  sync: ['workbooks:read', 'workbooks:write'],
  webhooks: ['events:read', 'events:write'],
};

/** Services whose consumer holds its key in memory and is started anew for another. */
const ROLLED_OUT = ['billing', 'checkout'];

class Platform extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: 'terraform.tfstate' });
    new NullProvider(this, 'null');

    const environments = {
      dev: new Environment(this, 'development'),
      stage: new Environment(this, 'staging', { guestInvites: false }),
      prod: new Environment(this, 'production', { production: true, guestInvites: false }),
    };
    this.declareServices(environments);
    this.declarePeople(environments.prod);

    Policies.of(this)
      .requireExpiry(Duration.days(365))
      .requireRotation(Duration.days(90))
      .forbidPersonalKeys()
      .requireGuestExpiry(Duration.days(30));
  }

  private declareServices(environments: Readonly<Record<string, Environment>>): void {
    for (const [name, permissions] of Object.entries(SERVICES)) {
      const service = new Service(this, name, { stewards: ['ops@example.com'], permissions });
      for (const [short, environment] of Object.entries(environments)) {
        const key = service.addApiKey(`${name}-${short}`, {
          environment,
          expiresAfter: Duration.days(180),
          rotation: { every: Duration.days(30), overlap: Duration.hours(24) },
          deliverTo: [Sink.dotenv(`secrets/${short}/${name}.env`, 'API_KEY')],
          labels: { service: name },
        });
        if (short === 'prod' && ROLLED_OUT.includes(name))
          new NullResource(this, `roll-out-${name}`, {
            triggers: key.triggers,
            provisioners: [{ type: 'local-exec', command: `./roll-out.sh ${name}` }],
          });
        if (short === 'stage' && ROLLED_OUT.includes(name))
          key.onRotate('roll-out', {
            provisioners: [{ type: 'local-exec', command: `./roll-out.sh ${name} staging` }],
          });
      }
    }
  }

  private declarePeople(prod: Environment): void {
    const auditor = new Role(this, 'auditor', { scope: 'tenant', permissions: ['audit:read'] });
    const ada = new User(this, 'ada', {
      email: 'ada@example.com',
      displayName: 'Ada',
      roles: [TenantRole.ADMINISTRATOR],
    });
    const grace = new User(this, 'grace', { email: 'grace@example.com' });
    grace.grantRole(TenantRole.MEMBER);
    grace.grantRole(auditor);
    const payments = new Team(this, 'payments', { description: 'Money in, money out' });
    payments.addMember(ada, TeamRole.ADMIN);
    payments.addMember(grace, TeamRole.EDITOR);
    payments.addApiKey('payments-console', {
      environment: prod,
      role: TeamRole.EDITOR,
      expiresAfter: Duration.days(180),
      rotation: { every: Duration.days(30) },
      deliverTo: [Sink.file('secrets/prod/payments-console')],
    });

    const onboarding = prod.addSpace('onboarding', { workbooks: ['contacts', 'orders'] });
    const audits = prod.addSpace('audits');
    const guest = prod.inviteGuest('auditor@example.com', {
      expiresAfter: Duration.days(14),
      spaces: [audits],
    });
    onboarding.grantAccess(guest, ['contacts']);
  }
}

const app = new App();
new Platform(app, 'platform');
app.synth();
