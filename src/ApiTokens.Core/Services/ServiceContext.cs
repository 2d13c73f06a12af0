using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>What a service needs to work for one connection.</summary>
/// <param name="Definition">The service.</param>
/// <param name="Identity">What its tokens are marked with.</param>
/// <param name="Client">Sends its requests.</param>
/// <param name="Credential">Authenticates them.</param>
/// <param name="Time">The clock.</param>
/// <param name="PageSize">How many tokens to ask for at once.</param>
internal sealed record ServiceContext(
    ServiceDefinition Definition,
    ConnectionIdentity Identity,
    ServiceClient Client,
    ServiceCredential Credential,
    TimeProvider Time,
    int PageSize);

/// <summary>What every token of a connection is marked with.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Account">The account.</param>
internal sealed record ConnectionIdentity(string Connection, string Service, string Account);
