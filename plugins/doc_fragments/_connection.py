# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: names and signatures may change in any release.

from __future__ import annotations


class ModuleDocFragment:
    # The argument spec is connection_options() in plugins/module_utils/_cloud/options.py
    DOCUMENTATION = r"""
options:
  token:
    description:
      - An IAM token that belongs to a project. It is used as it is, without a login, and cannot be renewed when it
        expires.
      - If not set, the environment variable E(OS_TOKEN) or E(OS_AUTH_TOKEN) is used.
    type: str
  access_key:
    description:
      - Access key (AK). Every request is signed with it and O(secret_key), without a login.
      - If not set, the environment variable E(OS_ACCESS_KEY) is used.
    type: str
  secret_key:
    description:
      - Secret key (SK) of O(access_key). It is never sent.
      - If not set, the environment variable E(OS_SECRET_KEY) is used.
    type: str
  security_token:
    description:
      - Security token of a temporary O(access_key).
      - If neither it nor a whole access key is set, the environment variable E(OS_SECURITY_TOKEN) is used.
    type: str
  username:
    description:
      - Name of an IAM user who logs in with O(password), once in each task or source of an inventory.
      - If not set, the environment variable E(OS_USERNAME) is used.
    type: str
  password:
    description:
      - Password of O(username).
      - If not set, the environment variable E(OS_PASSWORD) is used.
    type: str
  user_domain_name:
    description:
      - Name of the domain that O(username) belongs to. A login needs it.
      - If not set, the environment variable E(OS_USER_DOMAIN_NAME) or E(OS_DOMAIN_NAME) is used.
    type: str
    aliases: [domain_name]
  user_id:
    description:
      - ID of the user, in place of O(username). It needs no domain.
      - If neither O(user_id) nor O(username) is set, the environment variable E(OS_USER_ID) is used.
    type: str
  user_domain_id:
    description:
      - ID of the domain that O(username) belongs to, in place of O(user_domain_name).
      - If neither of them is set, the environment variable E(OS_USER_DOMAIN_ID) or E(OS_DOMAIN_ID) is used.
    type: str
  passcode:
    description:
      - One-time password (TOTP) of a user with MFA, six digits in quotes. It goes with O(user_id) and O(password).
      - It is good for one login, which is never sent twice. So it is for a single task, such as an ad-hoc call. Playbooks,
        inventories and the event source of this collection refuse it.
      - If not set, the environment variable E(OS_PASSCODE) is used, but only if the login, or a part of it, comes from the
        environment.
    type: str
  target_agency_name:
    description:
      - Name of an agency in another account. After the login, the task acts there, and nowhere else.
      - It needs the account and the project there. The user needs the permission Agent Operator.
      - If not set, the environment variable E(OS_TARGET_AGENCY_NAME) or E(OS_AGENCY_NAME) is used. This and the other
        environment variables of an agency count only if the login, or a part of it, comes from the environment.
      - With an access key, a temporary access key of the agency is used. Open Telekom Cloud is known to refuse that.
    type: str
    aliases: [agency_name]
  target_domain_name:
    description:
      - Name of the account that has made the agency. Either it or O(target_domain_id) is needed.
      - If neither is set, the environment variable E(OS_TARGET_DOMAIN_NAME) or E(OS_AGENCY_DOMAIN_NAME) is used.
    type: str
    aliases: [agency_domain_name]
  target_domain_id:
    description:
      - ID of the account that has made the agency.
      - If neither it nor O(target_domain_name) is set, the environment variable E(OS_TARGET_DOMAIN_ID) is used.
    type: str
  target_project_name:
    description:
      - Name of the project in the other account, the only one that is acted in. It or O(target_project_id) is needed.
      - O(project_id) and O(project_name) are then the project of the user's own account, which only the login is for.
        Neither of them may be set in a place that wins over that of this option.
      - If neither is set, the environment variable E(OS_TARGET_PROJECT_NAME) or E(OS_DELEGATED_PROJECT) is used.
    type: str
    aliases: [delegated_project]
  target_project_id:
    description:
      - ID of the project in the other account. It wins over O(target_project_name) if both are set in the same place.
      - If neither is set, the environment variable E(OS_TARGET_PROJECT_ID) is used.
    type: str
  project_id:
    description:
      - ID of the project. It wins over O(project_name) if both are set in the same place.
      - A login and an access key need a project, by ID or by name. With a token and neither of them, IAM is asked for
        the project of the token.
      - If neither O(project_id) nor O(project_name) is set, the environment variable E(OS_PROJECT_ID) or E(OS_TENANT_ID)
        is used.
    type: str
  project_name:
    description:
      - Name of the project, for example V(eu-de) or V(eu-de_nightly). IAM resolves it.
      - If neither O(project_id) nor O(project_name) is set, the environment variable E(OS_PROJECT_NAME) or
        E(OS_TENANT_NAME) is used, unless E(OS_PROJECT_ID) or E(OS_TENANT_ID) is set.
      - It is searched in the domain of the user only.
    type: str
  region:
    description:
      - The region of the project, for example V(eu-de). There is no built-in default.
      - If not set, the environment variable E(OS_REGION_NAME) is used. If that is not set either, the region is the
        part of the project's name before the first C(_).
      - With an agency it is that of the project in the other account.
      - It is not needed where it would add nothing, because O(auth_url) and O(endpoints) or the service catalog
        do.
    type: str
    aliases: [region_name]
  cloud_domain:
    description:
      - Domain of a cloud of the same kind whose region does not say which cloud it is, for example
        V(prod-cloud-ocb.orange-business.com) for Flexible Engine. Hosts are then C(<service>.<region>.<cloud_domain>), that
        of IAM too unless O(auth_url) or O(endpoints.iam) is set.
      - It is not needed for the regions of Open Telekom Cloud and of Huawei Cloud.
      - If not set, the environment variable E(OTC_CLOUD_DOMAIN) is used, but only if the credential, or a part of it, comes
        from the environment or from the entry that E(OS_CLOUD) names. For the same reason that of the entry of O(cloud) is
        not used for a credential of the task.
    type: str
  auth_url:
    description:
      - URL of IAM, with or without C(/v3) at its end. O(endpoints.iam) wins over it.
      - If not set, the environment variable E(OS_AUTH_URL) is used. If that is not set either, the URL is derived
        from O(cloud_domain), else from the region.
    type: str
  endpoints:
    description:
      - Base URLs of services, for private endpoints, tests, and clouds whose hosts are named in another way.
      - They win over the service catalog, which is known after a login with O(password), and over the URL derived from
        O(cloud_domain) or from the region. A URL is derived from the region alone only for those of Open Telekom Cloud and
        of Huawei Cloud, and only if O(auth_url) and O(endpoints.iam), where they are set, are an IAM of that cloud.
    type: dict
    suboptions:
      iam:
        description:
          - Base URL of Identity and Access Management, with or without C(/v3) at its end.
          - If not set, the environment variable E(OTC_IAM_ENDPOINT) is used.
        type: str
      dli:
        description:
          - Base URL of Data Lake Insight.
          - If not set, the environment variable E(OTC_DLI_ENDPOINT) is used.
        type: str
      mrs:
        description:
          - Base URL of MapReduce Service.
          - If not set, the environment variable E(OTC_MRS_ENDPOINT) is used.
        type: str
  cloud:
    description:
      - Name of an entry in a C(clouds.yaml), which is found as openstacksdk finds it. The entry is used whole. Options
        that are set beside it win over it.
      - An entry that logs in in another way than by password, one-time password, token or access key is an error,
        C(auth_type) V(v3oidcpassword) for example. With C(auth_type) V(password) or V(token) only that part of the entry
        counts, and an agency or a passcode in it is an error. C(ak) and C(sk) beside an C(auth) that names a user are keys for OBS.
      - The first clouds.yaml and the first secure.yaml that are found must be readable. No other file is taken instead.
      - If not set, and the options hold no credential, the environment variable E(OS_CLOUD) names the entry. Without it,
        the only entry of the file that E(OS_CLIENT_CONFIG_FILE) names is used.
      - If that entry and other environment variables name different users, agencies, projects or regions, that is an error, unless
        the task sets the option.
      - This needs the Python library C(openstacksdk).
    type: str
  validate_certs:
    description:
      - Whether the TLS certificates of the services are verified. If not set, they are verified, unless the entry of O(cloud) says
        C(verify) V(false).
      - Use V(false) only for tests.
    type: bool
  ca_path:
    description:
      - File with the CA certificates to trust, in PEM format.
      - If not set, the environment variable E(OS_CACERT) is used. If that is not set either, the bundle that
        C(requests) uses is taken.
    type: path
    aliases: [ca_cert]
  client_cert:
    description:
      - File with a client certificate for mutual TLS, in PEM format. It may hold the private key, too.
      - If not set, the environment variable E(OS_CERT) is used.
    type: path
  client_key:
    description:
      - File with the private key of O(client_cert), in PEM format. It needs O(client_cert).
      - If not set, the environment variable E(OS_KEY) is used.
    type: path
  request_timeout:
    description:
      - Seconds that one HTTP request may take, from the attempt to connect, TLS and proxy included, to the last byte of its
        answer, however slowly that drips.
      - It limits each request, not all of them together.
    type: float
    default: 60
    aliases: [api_timeout]
  max_retries:
    description:
      - How often one HTTP request is repeated after a passing fault (HTTP 408, 502, 503, 504, a broken connection, an answer
        that is cut off or has an unknown shape).
      - Throttling (HTTP 429) does not count as a fault. The request is repeated as long as there is time, in the event source until
        the next poll.
      - With V(0) no request is repeated, not even after throttling.
      - Pauses grow from one repetition to the next. A C(Retry-After) header is honoured, up to one minute after
        throttling and up to 10 seconds after a fault. With C(-v) they are shown, in the result of a
        module as C(repeats).
      - A request that changes something is repeated only if it cannot have taken effect.
      - Nothing is repeated once the time is over. That is what C(wait_timeout) says, or 10 minutes where jobs, clusters or
        projects are only read. A login that is throttled is repeated for at most 10 minutes.
    type: int
    default: 5
  max_concurrency:
    description:
      - How many requests may be under way at once, V(1) to V(32).
    type: int
    default: 8
requirements:
  - python >= 3.9
  - requests >= 2.25
  - openstacksdk, only for O(cloud)
notes:
  - "The credential is either O(token), or O(access_key) with O(secret_key), or O(username) with O(password) and
    O(user_domain_name), where O(user_id) may name the user and O(user_domain_id) the domain. If any part of one is set,
    that decides which kind it is, and only the missing parts of that kind are taken from the environment. Otherwise the
    entry of O(cloud) decides if that is set, and then the environment. In each place a token wins over an access key,
    and that over a password, unless C(auth_type) of the entry or E(OS_AUTH_TYPE) says otherwise. A credential that is
    still incomplete is an error."
  - Identity providers, application credentials and trusts are not supported. Where a C(clouds.yaml) or the environment asks
    for one, the task fails before anything is sent.
  - Options, C(module_defaults) among them, win over clouds.yaml and environment variables. Empty environment variables
    count as unset.
  - Environment variables are read on the host that runs a module. This is usually the control node, with
    C(connection=local) or C(delegate_to=localhost), and there C(ansible_python_interpreter) should be V({{
    ansible_playbook_python }}), so that the module finds the C(requests) that is installed next to Ansible.
  - On the controller a task with a module runs inside of Ansible where it can, with the same results, and shows its progress.
    E(OTC_BIGDATA_IN_PROCESS=false) switches that off, E(OTC_BIGDATA_PROGRESS) says whether progress is shown (V(auto),
    V(always), V(never)).
  - Proxies are taken from the usual environment variables (C(https_proxy), C(no_proxy)). C(.netrc) is not read.
    Redirects are not followed.
seealso:
  - name: Authentication
    description: Credentials, projects and endpoints.
    link: https://otc-bigdata.github.io/otc.bigdata/latest/docsite/guide_authentication.html
  - name: Troubleshooting
    description: Messages and error codes, and what to do.
    link: https://otc-bigdata.github.io/otc.bigdata/latest/docsite/guide_troubleshooting.html
  - name: Speed, and watching a task
    description: Where a task runs, progress, Ctrl-C.
    link: https://otc-bigdata.github.io/otc.bigdata/latest/docsite/guide_watching.html
"""
