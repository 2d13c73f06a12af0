using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ApiTokens.Sandbox.Http;

/// <summary>
/// A self-signed certificate that is created for one run. Clients trust it through a file that contains only the public part and is
/// deleted with the run.
/// </summary>
internal sealed class RunCertificate : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan Validity = TimeSpan.FromDays(7);

    // Clocks of the clients may be slow.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    private RunCertificate(X509Certificate2 certificate, string path)
    {
        Certificate = certificate;
        Path = path;
    }

    /// <summary>The certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The PEM file with the public part.</summary>
    public string Path { get; }

    /// <summary>Creates the certificate for loopback and for other addresses to listen on, and writes its public part.</summary>
    public static RunCertificate Create(IEnumerable<IPAddress> addresses)
    {
        X509Certificate2 certificate = CreateSelfSigned(addresses);
        try
        {
            // The file must not exist yet: the folder is shared with other users.
            string path = System.IO.Path.Combine(
                System.IO.Path.GetTempPath(), $"apitokens-sandbox-{RandomNumberGenerator.GetHexString(32, lowercase: true)}.pem");
            using var file = new StreamWriter(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write });
            file.WriteLine(certificate.ExportCertificatePem());
            return new RunCertificate(certificate, path);
        }
        catch
        {
            certificate.Dispose();
            throw;
        }
    }

    /// <summary>Deletes the file.</summary>
    public void Dispose()
    {
        Certificate.Dispose();
        try
        {
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The file contains no secret, and the temporary folder is cleaned by the system.
        }
    }

    private static X509Certificate2 CreateSelfSigned(IEnumerable<IPAddress> addresses)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ApiTokens sandbox", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        foreach (IPAddress address in addresses.Concat([IPAddress.Loopback, IPAddress.IPv6Loopback]).Distinct())
        {
            names.AddIpAddress(address);
        }

        // OpenSSL trusts a certificate in SSL_CERT_FILE as a root only if it may issue certificates. This one can issue none below it.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(names.Build());

        // Clients compare the dates with the clock of the system, not with the clock of the sandbox.
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        X509Certificate2 certificate = request.CreateSelfSigned(now - ClockTolerance, now + Validity);
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        // TLS on Windows cannot use a key that exists only in the memory of the process. The system keeps the loaded key until the
        // certificate is disposed.
        using (certificate)
        {
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
