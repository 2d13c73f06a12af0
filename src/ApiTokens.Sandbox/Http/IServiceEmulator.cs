namespace ApiTokens.Sandbox.Http;

/// <summary>Emulates one service.</summary>
internal interface IServiceEmulator
{
    /// <summary>The name of the service: the first segment of its paths and its key in <see cref="SandboxDescription"/>.</summary>
    string Name { get; }

    /// <summary>The first segments of its paths; more than one if the service has several dialects.</summary>
    IEnumerable<string> Prefixes => [Name];

    /// <summary>Creates tables and indexes that are missing.</summary>
    void CreateSchema();

    /// <summary>Adds a few tokens of every kind and <paramref name="generated"/> generated tokens to an empty database.</summary>
    void Seed(int generated);

    /// <summary>Creates or restores the administrator's token with a new secret.</summary>
    ServiceDescription StartAdministrator(Uri baseAddress);

    /// <summary>
    /// Creates an error that the service's own rules do not cause, such as that of a gateway, in the format of the service.
    /// </summary>
    HttpErrorException Reject(int status);

    /// <summary>Maps the endpoints of the service, including one for unknown paths.</summary>
    void Map(RouteGroupBuilder routes);
}
