using ApiTokens.Http;

namespace ApiTokens.Services;

/// <summary>The dependencies of a service that is opened for one connection.</summary>
/// <param name="Definition">The service.</param>
/// <param name="Identity">The identity that is copied to each token.</param>
/// <param name="Client">The client that sends the requests.</param>
/// <param name="Credential">The credential that authenticates the requests.</param>
/// <param name="Time">The clock.</param>
/// <param name="PageSize">The number of tokens per page.</param>
internal sealed record ServiceContext(
    ServiceDefinition Definition,
    ConnectionIdentity Identity,
    ServiceClient Client,
    ServiceCredential Credential,
    TimeProvider Time,
    int PageSize);

/// <summary>The identity of a connection, which is copied to each of its tokens.</summary>
/// <param name="Connection">The connection's name.</param>
/// <param name="Service">The service's name.</param>
/// <param name="Account">The account.</param>
/// <param name="BaseUri">The address of the service.</param>
internal sealed record ConnectionIdentity(string Connection, string Service, string Account, Uri BaseUri);
