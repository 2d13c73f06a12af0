namespace ApiTokens.Sandbox.Http;

/// <summary>One service as the sandbox speaks it.</summary>
internal interface IServiceEmulator
{
    /// <summary>The name of the service: the first segment of its paths and its key in <see cref="SandboxDescription"/>.</summary>
    string Name { get; }

    /// <summary>Creates tables and indexes that are missing.</summary>
    void CreateSchema();

    /// <summary>Fills an empty database with a few tokens of every kind and <paramref name="generated"/> more.</summary>
    void Seed(int generated);

    /// <summary>Makes sure that the administrator's token exists and works, and gives it a fresh secret.</summary>
    ServiceDescription StartAdministrator(Uri baseAddress);

    /// <summary>Any refusal that none of the service's own rules makes, such as that of a gateway in front of it, with a body as the service writes them.</summary>
    HttpErrorException Refuse(int status);

    /// <summary>Adds the service's endpoints, including one that answers unknown paths.</summary>
    void Map(RouteGroupBuilder routes);
}
